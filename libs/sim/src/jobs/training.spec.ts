import { leafSpine } from '../topology/leaf-spine';
import { World } from '../world/world';
import type { Collective, JobSpec, JobTotals, TrainingSpec } from './job';
import { training } from './testing/specs';

const HOST_BPS = 25e9;
const BYTES = 1e9;
const idleMs = (factor: number): number => (factor * BYTES * 8000) / HOST_BPS;

function fabric(uplinkBps = 400e9, seed = 1): World {
  return new World(
    leafSpine({ leaves: 4, spines: 4, hostPortsPerLeaf: 4, linkCapacityBps: uplinkBps }),
    seed,
  );
}

const HOSTS = Array.from({ length: 8 }, (_, i) => `h${(i % 4) + 1}-${Math.floor(i / 4) + 1}`);

function run(world: World, specs: readonly JobSpec[], untilMs = 20_000): JobTotals {
  for (const spec of specs) expect(world.startJob(spec)).toEqual({ ok: true, value: undefined });
  world.advanceTo(untilMs);
  const totals = world.totals().get('job');
  if (totals === undefined) throw new Error('the job has totals');
  return totals;
}

function meanCollectiveMs(spec: TrainingSpec, world = fabric()): number {
  const totals = run(world, [{ ...spec, iterations: 3 }]);
  expect(totals.iterations).toBe(3);
  return totals.communicationMs / 3;
}

describe('collectives on an idle fabric', () => {
  it.each<[string, Collective, number]>([
    ['ring AllReduce', { algorithm: 'ring-allreduce', bytes: BYTES }, 2 * (7 / 8)],
    ['AllGather', { algorithm: 'all-gather', bytes: BYTES }, 7 / 8],
    ['ReduceScatter', { algorithm: 'reduce-scatter', bytes: BYTES }, 7 / 8],
    ['broadcast', { algorithm: 'broadcast', bytes: BYTES }, 1],
    ['double binary tree', { algorithm: 'tree-allreduce', bytes: BYTES }, 2],
    ['AllToAll', { algorithm: 'all-to-all', bytes: BYTES }, 7 / 8],
    [
      'rings of every second rank',
      { algorithm: 'ring-allreduce', bytes: BYTES, groups: { size: 4, stride: 2 } },
      2 * (3 / 4),
    ],
    [
      'hierarchical AllReduce',
      { algorithm: 'hierarchical-allreduce', bytes: BYTES, groupSize: 4 },
      1 + 2 * (1 / 2) + 1,
    ],
    [
      'parameter servers',
      { algorithm: 'parameter-server', bytes: BYTES, servers: ['h1-4', 'h2-4'] },
      2 * (8 / 2),
    ],
    [
      'hierarchical parameter server',
      {
        algorithm: 'hierarchical-parameter-server',
        bytes: BYTES,
        servers: ['h1-4'],
        groupSize: 4,
      },
      2 * (3 + 2),
    ],
  ])('%s moves its bytes at line rate, and adds latency only', (_, collective, factor) => {
    const ms = meanCollectiveMs(training(collective, { workers: HOSTS, minRtoMs: 4 }));
    expect(ms).toBeGreaterThan(idleMs(factor));
    expect(ms).toBeLessThan(idleMs(factor) * 1.005);
  });

  it('carries every byte once', () => {
    const spec = training({ algorithm: 'ring-allreduce', bytes: BYTES }, { workers: HOSTS });
    const totals = run(fabric(), [spec]);
    expect(totals.bytes).toBeCloseTo(8 * 2 * (7 / 8) * BYTES, -2);
  });

  it('does not load the network between accelerators of one host', () => {
    const eachTwice = HOSTS.flatMap((host) => [host, host]);
    const spec = training({ algorithm: 'all-gather', bytes: BYTES }, { workers: eachTwice });
    const totals = run(fabric(), [spec]);
    expect(totals.bytes).toBeCloseTo(8 * (15 / 16) * BYTES, -2);
    expect(totals.communicationMs).toBeLessThan(idleMs(15 / 16) * 1.01);
  });
});

describe('collectives on a fabric that is not idle', () => {
  const ring = { algorithm: 'ring-allreduce', bytes: BYTES } as const;

  it('is paced by the slowest link of the ring', () => {
    const world = fabric();
    world.setLinkFault('leaf1:eth5', { capacityRatio: 0.25 });
    const ms = meanCollectiveMs(training(ring, { workers: HOSTS, minRtoMs: 4 }), world);
    expect(ms / idleMs(2 * (7 / 8))).toBeCloseTo(4, 1);
  });

  it('shares a bottleneck with a second ring, and has it alone once that has ended', () => {
    const spec = training(ring, { workers: ['h1-1', 'h2-1'], minRtoMs: 4 });
    const steps = [{ computeMs: 10, collective: { ...ring, bytes: BYTES / 2 } }];
    const other = { ...spec, name: 'other', steps };
    const totals = run(fabric(), [spec, other]);
    // Both at half rate until the smaller one is through, then the rest at full rate.
    expect(totals.communicationMs / idleMs(1)).toBeCloseTo(1.5, 1);
  });

  it('is slowed by connections that hash onto one uplink, less so with more of them', () => {
    const workers = Array.from({ length: 8 }, (_, i) => `h${1 + (i % 2)}-${1 + (i >> 1)}`);
    const ms = (connections: number): number => {
      let sum = 0;
      for (let seed = 1; seed <= 5; seed++) {
        const spec = training(ring, { workers, connections, minRtoMs: 4 });
        sum += meanCollectiveMs(spec, fabric(25e9, seed)) / 5;
      }
      return sum;
    };
    const one = ms(1);
    const many = ms(16);
    expect(one).toBeGreaterThan(idleMs(2 * (7 / 8)) * 1.5);
    expect(many).toBeLessThan(one);
  });

  it('stalls while a worker has no path, and goes on when it is back', () => {
    const world = fabric();
    const spec = training(ring, { workers: HOSTS, iterations: 2 });
    world.startJob(spec);
    world.advanceTo(200);
    world.setLinkFault('leaf1:eth5', { up: false });
    world.advanceTo(5_200);
    const during = world.totals().get('job');
    world.setLinkFault('leaf1:eth5', { up: true });
    world.advanceTo(20_000);
    const after = world.totals().get('job');
    expect(during?.iterations).toBe(0);
    expect(after?.iterations).toBe(2);
    expect(after?.timeouts).toBeGreaterThan(0);
    expect(after?.communicationMs).toBeGreaterThan(5_000 + 2 * idleMs(2 * (7 / 8)));
  });

  it('loses first windows where many meet in a small buffer', () => {
    const servers = ['h4-4'];
    const workers = Array.from({ length: 12 }, (_, i) => `h${1 + (i % 3)}-${1 + ((i / 3) | 0)}`);
    const push = { algorithm: 'parameter-server', bytes: 1e6, servers } as const;
    const timeouts = (sharedBufferBytes: number): number => {
      const spec = leafSpine({ leaves: 4, spines: 4, hostPortsPerLeaf: 4, sharedBufferBytes });
      const world = new World(spec, 1);
      const job = training(push, { workers, connections: 4, iterations: 5 });
      return run(world, [job]).timeouts;
    };
    expect(timeouts(60_000)).toBeGreaterThan(0);
    expect(timeouts(32e6)).toBe(0);
  });
});

describe('workers that report', () => {
  const ring = { algorithm: 'ring-allreduce', bytes: 2e8 } as const;
  const spec = training(ring, {
    workers: HOSTS,
    computeJitter: 0.03,
    iterations: null,
    stragglers: { workers: ['h2-1'], slowdown: 2 },
  });

  it('change nothing of what happens', () => {
    const [quiet, telling] = [false, true].map((reportWorkers) => {
      const world = fabric();
      world.startJob({ ...spec, reportWorkers });
      world.advanceTo(3_000);
      return world;
    });
    expect(telling?.totals().get('job')).toEqual(quiet?.totals().get('job'));
    const of = (world: World | undefined, metric: string) =>
      world?.takeObservations().filter((one) => one.metric === metric) ?? [];
    expect(of(quiet, 'compute-time')).toEqual([]);
    expect(of(telling, 'compute-time')).toHaveLength(HOSTS.length);
  });

  it('say how long each of them computes, of which the slowest is what all wait for', () => {
    const world = fabric();
    world.startJob({ ...spec, reportWorkers: true });
    world.advanceTo(1_500);
    const fork = world.fork();
    const take = (from: World) => {
      from.advanceTo(3_000);
      const own = from.takeObservations().filter(({ metric }) => metric === 'compute-time');
      return new Map(own.map(({ worker, histogram }) => [worker, histogram]));
    };
    const times = take(world);
    const meanMs = (worker: string): number => {
      const histogram = times.get(worker);
      return (histogram?.sumMs ?? NaN) / (histogram?.count ?? NaN);
    };
    const { computeMs = NaN, iterations = NaN } = world.totals().get('job') ?? {};
    expect(meanMs('h2-1')).toBeCloseTo(computeMs / (iterations + 1), 0);
    expect(meanMs('h1-1')).toBeCloseTo(meanMs('h2-1') / 2, 0);
    expect(take(fork)).toEqual(times);
  });
});

describe('a fork of a world with jobs', () => {
  it('has the same future', () => {
    const world = fabric(50e9);
    const ring = { algorithm: 'ring-allreduce', bytes: 2e8 } as const;
    const jittery = { workers: HOSTS, computeJitter: 0.2, iterations: null };
    world.startJob(training(ring, jittery));
    world.advanceTo(777);
    const fork = world.fork();
    for (const each of [world, fork]) each.setLinkFault('leaf2:eth5', { capacityRatio: 0.5 });
    world.advanceTo(5_000);
    fork.advanceTo(5_000);
    expect(fork.digest()).toBe(world.digest());
    expect(fork.totals().get('job')).toEqual(world.totals().get('job'));
    expect(world.totals().get('job')?.iterations).toBeGreaterThan(5);
  });
});
