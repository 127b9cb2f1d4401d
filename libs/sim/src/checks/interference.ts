import { assert } from '@weir/core/base';
import type { TrainingSpec } from '../jobs/job';
import { leafSpine } from '../topology/leaf-spine';
import { World } from '../world/world';
import { compare, type ModelCheck } from './check';

const NIC_BPS = 200e9;
const GPT_MS = 1_530;
const BERT_MS = 600;
/** Shares of an iteration that a job communicates alone; not published, so all of these are tried. */
const GPT_SHARES = [0.2, 0.25, 0.3];
const BERT_SHARES = [0.4, 0.5];
/** Log-normal sigma of the compute times, so that the jobs do not fall into step. */
const JITTER = 0.02;
const RUN_MS = 600_000;

interface Slowdown {
  /** Growth of the mean iteration. */
  readonly gpt: number;
  /** Throughput lost. */
  readonly bert: number;
}

/**
 * Two training jobs on one link, as measured by Crux: GPT's iteration grows from 1.53 to 1.70 s
 * beside BERT, whose throughput falls by 7.7 %. With fair sharing both lose half of the time in
 * which both communicate, so the sizes follow from how much they do.
 */
export function interferenceChecks(): ModelCheck[] {
  const runs = GPT_SHARES.flatMap((gpt) => BERT_SHARES.map((bert) => slowdown(gpt, bert)));
  const mean = (of: (run: Slowdown) => number): number =>
    runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  const common = {
    source: 'Cao et al., Crux, SIGCOMM 2024, 2.2: GPT beside BERT on shared links',
    setup: `mean over ${runs.length} assumed splits of the iterations: GPT communicates ${GPT_SHARES.join(', ')}, BERT ${BERT_SHARES.join(', ')} of its own`,
  };
  return [
    compare({
      ...common,
      name: 'interference: splits in which GPT is slower beside BERT',
      expected: runs.length,
      got: runs.filter(({ gpt }) => gpt > 0.01).length,
      tolerance: 0,
    }),
    compare({
      ...common,
      name: 'interference: growth of the GPT iteration (1.53 to 1.70 s)',
      expected: 0.11,
      got: mean(({ gpt }) => gpt),
      tolerance: 0.04,
    }),
    compare({
      ...common,
      name: 'interference: throughput that BERT loses',
      expected: 0.077,
      got: mean(({ bert }) => bert),
      tolerance: 0.04,
    }),
  ];
}

function slowdown(gptShare: number, bertShare: number): Slowdown {
  const gpt = job('gpt', 1, GPT_MS, gptShare);
  const bert = job('bert', 2, BERT_MS, bertShare);
  const together = iterationsMs([gpt, bert]);
  const [gptMs, bertMs] = [gpt, bert].map((alone) => iterationsMs([alone])[0] ?? NaN);
  assert(gptMs !== undefined && bertMs !== undefined, 'two jobs');
  const [gptWithMs = NaN, bertWithMs = NaN] = together;
  return { gpt: gptWithMs / gptMs - 1, bert: 1 - bertMs / bertWithMs };
}

/** Mean iteration of each job when these run on one fabric. */
function iterationsMs(jobs: readonly TrainingSpec[]): number[] {
  const spec = leafSpine({
    leaves: 2,
    spines: 1,
    hostPortsPerLeaf: 2,
    linkCapacityBps: NIC_BPS,
    hostCapacityBps: NIC_BPS,
  });
  const world = new World(spec, 1);
  for (const each of jobs) {
    const started = world.startJob(each);
    assert(started.ok, `${each.name} can start`);
  }
  world.advanceTo(RUN_MS);
  const totals = world.totals();
  return jobs.map(({ name }) => RUN_MS / (totals.get(name)?.iterations ?? 0));
}

/** Two workers, one under each leaf: both jobs need the one link between the leaves. */
function job(name: string, host: number, iterationMs: number, share: number): TrainingSpec {
  return {
    kind: 'training',
    name,
    class: 'training',
    control: 'dcqcn',
    minRtoMs: 4,
    hostLimitBps: null,
    workers: [`h1-${host}`, `h2-${host}`],
    steps: [
      {
        computeMs: iterationMs * (1 - share),
        // A ring of two moves all bytes once in each direction.
        collective: {
          algorithm: 'ring-allreduce',
          bytes: (iterationMs * share * NIC_BPS) / 8000,
        },
      },
    ],
    connections: 1,
    computeJitter: JITTER,
    stragglers: null,
    iterations: null,
  };
}
