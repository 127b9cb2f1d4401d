import { cpus } from 'node:os';
import { clos, leafSpineFabric, World, type FabricSpec, type JobSpec } from '@weir/sim';
import { flowsOf, mixOf } from './workloads';

const HOSTS_PER_LEAF = 32;
const LEAVES_PER_POD = 16;
const HOST_BPS = 100e9;
const UPLINK_BPS = 400e9;
/** Larger fabrics get a third layer. */
const MOST_IN_TWO_LAYERS = 2_048;
/** The size that the target is for, and the time of one core that 60 virtual seconds may take. */
const TARGET = { hosts: 1_024, virtualS: 60, cpuS: 30 } as const;
const FLOW_COUNTS: readonly number[] = [256, 1_024, 4_096];

export interface SpeedRow {
  readonly hosts: number;
  readonly switches: number;
  readonly fabric: 'leaf-spine' | 'clos';
  readonly jobs: number;
  /** Streams in the network at the end. */
  readonly streams: number;
  readonly events: number;
  readonly solves: number;
  readonly buildS: number;
  readonly virtualS: number;
  readonly wallS: number;
  /** Of all threads: more than the wall time where garbage is collected beside it. */
  readonly cpuS: number;
  readonly virtualPerWall: number;
  /** Hash of the run: equal on every machine. */
  readonly digest: string;
}

export interface SpeedReport {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
  readonly hosts: readonly SpeedRow[];
  /** The same number of hosts with ever more long flows. */
  readonly flows: readonly (SpeedRow & { readonly flows: number })[];
  readonly target: typeof TARGET;
  /** Null when no size of the run is the target's. */
  readonly met: boolean | null;
  readonly method: readonly string[];
}

export interface SpeedOptions {
  readonly hosts: readonly number[];
  readonly seconds: number;
  readonly progress: (line: string) => void;
}

/** How fast the simulated fabric runs on one core, and how that grows with hosts and with flows. */
export function runSimBench(options: SpeedOptions): SpeedReport {
  const { seconds, progress } = options;
  const hosts = options.hosts.map((count) => {
    progress(`${count} hosts ...`);
    return measure(count, seconds, mixOf);
  });
  const smallest = Math.min(...options.hosts, TARGET.hosts);
  const flows = FLOW_COUNTS.map((count) => {
    progress(`${smallest} hosts, ${count} long flows ...`);
    const row = measure(smallest, Math.min(seconds, 10), (names) => flowsOf(names, count));
    return { ...row, flows: count };
  });
  const target = hosts.find((row) => row.hosts === TARGET.hosts);
  const [cpu] = cpus();
  return {
    machine: { cpu: cpu?.model ?? 'unknown', cores: cpus().length, node: process.version },
    hosts,
    flows,
    target: TARGET,
    met:
      target === undefined ? null : target.virtualS / target.cpuS >= TARGET.virtualS / TARGET.cpuS,
    method: [
      `leaf-spine with ${HOSTS_PER_LEAF} hosts of 100 Gb/s per leaf and 8 spines, not ` +
        `oversubscribed; above ${MOST_IN_TWO_LAYERS} hosts three layers in pods of 512 hosts`,
      'mix: half of the hosts train in jobs of 128 (ring, hierarchical, tree, parameter server, ' +
        'all-to-all in turn; 4 queue pairs per pair), a quarter serve inference, the rest ' +
        'checkpoints and file transfers',
      'flows: long flows between all hosts and 100 transfers a second, at most 10 virtual seconds',
      'advancing the world in steps of one virtual second on one thread, workloads included, ' +
        'counters and observations read every second; building is apart; processor time is what ' +
        'the target counts, as wall time also depends on what else the machine does',
    ],
  };
}

function measure(
  hosts: number,
  seconds: number,
  workloads: (hosts: readonly string[]) => readonly JobSpec[],
): SpeedRow {
  const began = performance.now();
  const spec = fabricOf(hosts);
  const world = new World(spec, 1);
  const jobs = workloads(spec.endpoints.map(({ name }) => name));
  for (const job of jobs) {
    const started = world.startJob(job);
    if (!started.ok) throw new Error(`${started.error.where}: ${started.error.reason}`);
  }
  const built = performance.now();
  const before = process.cpuUsage();
  for (let second = 1; second <= seconds; second++) {
    world.advanceTo(second * 1_000);
    world.takeObservations();
    for (const { name } of spec.switches) world.counters(name);
  }
  const wallS = (performance.now() - built) / 1_000;
  const cpu = process.cpuUsage(before);
  const { events, solves, streams } = world.cost();
  return {
    hosts,
    switches: spec.switches.length,
    fabric: hosts > MOST_IN_TWO_LAYERS ? 'clos' : 'leaf-spine',
    jobs: jobs.length,
    streams,
    events,
    solves,
    buildS: (built - began) / 1_000,
    virtualS: seconds,
    wallS,
    cpuS: (cpu.user + cpu.system) / 1e6,
    virtualPerWall: seconds / wallS,
    digest: world.digest(),
  };
}

function fabricOf(hosts: number): FabricSpec {
  const common = { hostCapacityBps: HOST_BPS, linkCapacityBps: UPLINK_BPS };
  const leaves = Math.max(1, Math.ceil(hosts / HOSTS_PER_LEAF));
  const made =
    hosts <= MOST_IN_TWO_LAYERS
      ? leafSpineFabric({ ...common, leaves, spines: 8, hostPortsPerLeaf: HOSTS_PER_LEAF })
      : clos({
          ...common,
          pods: Math.ceil(leaves / LEAVES_PER_POD),
          leavesPerPod: LEAVES_PER_POD,
          spinesPerPod: 8,
          superspines: 64,
          hostsPerLeaf: HOSTS_PER_LEAF,
        });
  if (!made.ok) throw new Error(`${made.error.where}: ${made.error.reason}`);
  return made.value;
}
