import { assert } from '@weir/core/base';
import type { TrainingSpec } from '../jobs/job';
import { leafSpine } from '../topology/leaf-spine';
import { World } from '../world/world';
import { compare, type ModelCheck } from './check';

const HOST_BPS = 100e9;
const PROPAGATION_US = 2;
/** A host port: cable and NIC. */
const HOST_PORT_US = 1;
/** Of the sender of each channel: a switch, or the host's own stack. */
const FORWARDING_US = 5;
/** So wide that packets of several workers hardly ever meet on it. */
const UPLINK_BPS = 64 * HOST_BPS;
const BYTES = 512e6;
const ITERATIONS = 4;
const LEAVES = 8;

/**
 * A ring AllReduce of S bytes among n workers on an idle fabric takes 2 (n-1)/n S/C, and 2 (n-1)
 * times the latency of its longest hop.
 */
export function ringAllReduceChecks(): ModelCheck[] {
  return [2, 8, 32, 128].map((workers) => {
    const busMs = (2 * (workers - 1) * BYTES * 8000) / (workers * HOST_BPS);
    // Neighbours are on different leaves: NIC, leaf to spine, spine to leaf, port of the host.
    const hopMs = (2 * HOST_PORT_US + 2 * PROPAGATION_US + 4 * FORWARDING_US) / 1000;
    return compare({
      name: `ring AllReduce: ${workers} workers, 512 MB at 100 Gb/s, ms`,
      source: 'Patarasuk and Yuan, Bandwidth optimal all-reduce algorithms, JPDC 69(2), 2009',
      setup: `${ITERATIONS} collectives of one job on an idle leaf-spine that never blocks`,
      expected: busMs + 2 * (workers - 1) * hopMs,
      got: collectiveMs(workers),
      tolerance: 1e-3,
    });
  });
}

function collectiveMs(workers: number): number {
  const spec = leafSpine({
    leaves: LEAVES,
    spines: 1,
    hostPortsPerLeaf: 16,
    linkCapacityBps: UPLINK_BPS,
    hostCapacityBps: HOST_BPS,
    propagationUs: PROPAGATION_US,
  });
  const world = new World(spec, 1);
  const started = world.startJob(jobOf(workers));
  assert(started.ok, 'the job can start');
  world.advanceTo(60_000);
  const totals = world.totals().get('ring');
  assert(totals?.iterations === ITERATIONS, 'the job ran to its end');
  return totals.communicationMs / ITERATIONS;
}

/** Ranks go round the leaves, so that every hop of the ring crosses the spine. */
function jobOf(workers: number): TrainingSpec {
  return {
    kind: 'training',
    name: 'ring',
    class: 'training',
    control: 'dctcp',
    minRtoMs: 4,
    hostLimitBps: null,
    workers: Array.from(
      { length: workers },
      (_, i) => `h${(i % LEAVES) + 1}-${Math.floor(i / LEAVES) + 1}`,
    ),
    steps: [{ computeMs: 10, collective: { algorithm: 'ring-allreduce', bytes: BYTES } }],
    connections: 1,
    computeJitter: 0,
    stragglers: null,
    iterations: ITERATIONS,
  };
}
