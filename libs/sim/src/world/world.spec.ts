import { leafSpine } from '../topology/leaf-spine';
import type { EcnSetting, QueueSetting } from '../network/settings';
import type { BulkSpec, TrainingSpec } from '../jobs/job';
import { World } from './world';

const SHARED_BYTES = 16e6;
const GBPS = 1e9;

const spec = leafSpine({
  leaves: 4,
  spines: 4,
  hostPortsPerLeaf: 4,
  linkCapacityBps: 100 * GBPS,
  hostCapacityBps: 25 * GBPS,
  sharedBufferBytes: SHARED_BYTES,
});

const bulk = (
  name: string,
  sources: string[],
  to: string,
  more: Partial<BulkSpec> = {},
): BulkSpec => ({
  kind: 'bulk',
  name,
  class: 'best-effort',
  control: 'cubic',
  minRtoMs: 200,
  hostLimitBps: null,
  sources,
  destinations: [to],
  streams: sources.length,
  rateLimitBps: null,
  totalBytes: null,
  ...more,
});

function start(world: World, ...jobs: Parameters<World['startJob']>[0][]): void {
  for (const job of jobs) expect(world.startJob(job)).toEqual({ ok: true });
}

function setQueue(
  world: World,
  device: string,
  queue: string,
  setting: Partial<QueueSetting>,
): void {
  const settings = world.settings(device);
  const queues = new Map(
    [...settings.queues].map(([port, all]) => {
      const before = all.get(queue);
      if (before === undefined) throw new Error(`no queue ${queue}`);
      return [port, new Map(all).set(queue, { ...before, ...setting })];
    }),
  );
  world.configure(device, { ...settings, queues });
}

const queueAt = (world: World, device: string, port: string, queue: string) => {
  const found = world
    .truth()
    .find((at) => at.device === device && at.interface === port && at.queue === queue);
  if (found === undefined) throw new Error(`nothing in ${device}:${port}:${queue}`);
  return found;
};

const sentGB = (world: World, job: string): number => (world.totals().get(job)?.bytes ?? 0) / 1e9;

describe('sharing in a world', () => {
  it('halves a host port between two flows and fills its queue', () => {
    const world = new World(spec, 1);
    start(world, bulk('a', ['h1-1'], 'h2-1'), bulk('b', ['h3-1'], 'h2-1'));
    world.advanceTo(8000);
    expect(sentGB(world, 'a')).toBeCloseTo(12.5, 3);
    expect(sentGB(world, 'b')).toBeCloseTo(12.5, 3);
    const queue = queueAt(world, 'leaf2', 'eth5', 'be');
    expect(queue.peakBytes).toBeCloseTo(SHARED_BYTES / 2, 0);
    expect(queue.dropRatio).toBeGreaterThan(0);
    expect(world.linkLoads().get('leaf2:eth5')).toBeCloseTo(1, 6);
  });

  it('serves a strict queue first', () => {
    const world = new World(spec, 1);
    start(
      world,
      bulk('urgent', ['h1-1'], 'h2-1', { queue: 'rt', rateLimitBps: 20 * GBPS }),
      bulk('other', ['h3-1'], 'h2-1'),
    );
    world.advanceTo(8000);
    expect(sentGB(world, 'urgent')).toBeCloseTo(20, 3);
    expect(sentGB(world, 'other')).toBeCloseTo(5, 3);
  });

  it('does not queue at a switch what the port of a host holds back', () => {
    const world = new World(spec, 1);
    start(world, bulk('a', ['h1-1'], 'h2-1'));
    world.advanceTo(1000);
    expect(queueAt(world, 'leaf2', 'eth5', 'be').peakBytes).toBeLessThan(1e6);
    expect(queueAt(world, 'leaf2', 'eth5', 'be').dropRatio).toBe(0);
  });

  it('gives a weighted queue on one port another weight', () => {
    const world = new World(spec, 1);
    setQueue(world, 'leaf2', 'be', { scheduling: { strict: false, weight: 20 } });
    start(
      world,
      bulk('train', ['h1-1'], 'h2-1', { queue: 'train' }),
      bulk('rest', ['h3-1'], 'h2-1'),
    );
    world.advanceTo(8000);
    expect(sentGB(world, 'train')).toBeCloseTo(25 * 0.75, 2);
    expect(sentGB(world, 'rest')).toBeCloseTo(25 * 0.25, 2);
  });
});

describe('queues in a world', () => {
  it('shares a buffer by dynamic thresholds between full queues', () => {
    const world = new World(spec, 1);
    start(world, ...[1, 2, 3, 4].map((n) => bulk(`to${n}`, [`h1-${n}`, `h3-${n}`], `h2-${n}`)));
    world.advanceTo(500);
    for (const port of ['eth5', 'eth6', 'eth7', 'eth8']) {
      // alpha B / (1 + N alpha) with alpha 1 and N = 4.
      expect(queueAt(world, 'leaf2', port, 'be').limitBytes).toBeCloseTo(SHARED_BYTES / 5, -2);
      expect(queueAt(world, 'leaf2', port, 'be').peakBytes).toBeCloseTo(SHARED_BYTES / 5, -2);
    }
  });

  it('holds a queue of DCTCP senders at K', () => {
    const world = new World(spec, 1);
    const ecn: EcnSetting = {
      minThresholdBytes: 97_500,
      maxThresholdBytes: 97_500,
      maxProbability: 1,
    };
    setQueue(world, 'leaf2', 'be', { ecn });
    start(world, bulk('a', ['h1-1', 'h3-1'], 'h2-1', { control: 'dctcp' }));
    world.advanceTo(500);
    const queue = queueAt(world, 'leaf2', 'eth5', 'be');
    expect(queue.depthBytes).toBeCloseTo(97_500, 0);
    expect(queue.markRatio).toBeGreaterThan(0);
    expect(queue.dropRatio).toBe(0);
  });

  it('tells the mean and the peak of the last second in the counters', () => {
    const world = new World(spec, 1);
    start(world, bulk('a', ['h1-1', 'h3-1'], 'h2-1'));
    world.advanceTo(2000);
    const port = world.counters('leaf2').interfaces.get('eth5');
    expect(port?.queues[2]?.maxQueueLenBytes).toBeCloseTo(8e6, 0);
    expect(port?.queues[2]?.avgQueueLenBytes).toBeCloseTo(6.8e6, 0);
    world.stopJob('a');
    world.advanceTo(4000);
    expect(world.counters('leaf2').interfaces.get('eth5')?.queues[2]?.maxQueueLenBytes).toBe(0);
  });
});

describe('priority flow control in a world', () => {
  const three = ['h1-1', 'h3-1', 'h4-1'];

  function withVictim(lossless: boolean): World {
    const world = new World(spec, 1);
    for (const { name } of spec.switches) setQueue(world, name, 'train', { lossless });
    const rdma = { class: 'training', control: 'dcqcn', minRtoMs: 4 } as const;
    start(world, bulk('incast', three, 'h2-1', rdma), bulk('victim', ['h1-1'], 'h2-2', rdma));
    world.advanceTo(8000);
    return world;
  }

  it('slows a victim that shares a paused port and goes elsewhere', () => {
    // Without pauses the victim has what its own port leaves it: 25 - 25 / 3.
    expect(sentGB(withVictim(false), 'victim')).toBeCloseTo((25 * 2) / 3, 2);
    // With pauses its port moves no connection faster than the full queue lets through.
    expect(sentGB(withVictim(true), 'victim')).toBeCloseTo(25 / 3, 2);
  });

  it('pauses instead of dropping, counted on both sides of the cable', () => {
    const world = withVictim(true);
    const queue = queueAt(world, 'leaf2', 'eth5', 'train');
    expect(queue.dropRatio).toBe(0);
    expect(queue.pauseRatio).toBeGreaterThan(0.3);
    const leaf = world.counters('leaf1').interfaces;
    expect(leaf.get('eth5')?.pauseFramesSent).toBeGreaterThan(0);
    const uplinks = ['eth1', 'eth2', 'eth3', 'eth4'].map((name) => leaf.get(name)?.queues[1]);
    expect(uplinks.some((uplink) => (uplink?.pausedMs ?? 0) > 1000)).toBe(true);
    expect(uplinks.some((uplink) => (uplink?.pauseFramesReceived ?? 0) > 0)).toBe(true);
  });

  it('ends with what caused it', () => {
    const world = withVictim(true);
    world.stopJob('incast');
    const before = sentGB(world, 'victim');
    world.advanceTo(16_000);
    expect(sentGB(world, 'victim') - before).toBeCloseTo(25, 2);
    expect(world.truth().every(({ pauseRatio }) => pauseRatio === 0)).toBe(true);
  });
});

describe('a synchronised start', () => {
  const server = (sharedBufferBytes: number, servers = ['h1-1']): World => {
    const small = leafSpine({
      leaves: 8,
      spines: 4,
      hostPortsPerLeaf: 16,
      linkCapacityBps: 400 * GBPS,
      hostCapacityBps: 25 * GBPS,
      sharedBufferBytes,
    });
    const job: TrainingSpec = {
      kind: 'training',
      name: 'push',
      class: 'training',
      control: 'dctcp',
      minRtoMs: 10,
      hostLimitBps: null,
      workers: small.endpoints.map(({ name }) => name).filter((name) => !servers.includes(name)),
      steps: [
        {
          computeMs: 20,
          collective: { algorithm: 'parameter-server', bytes: 60_000, servers },
        },
      ],
      connections: 1,
      computeJitter: 0,
      stragglers: null,
      iterations: null,
    };
    const world = new World(small, 3);
    // Marked, so that nothing but the start overflows.
    const ecn = { minThresholdBytes: 1e5, maxThresholdBytes: 4e5, maxProbability: 1 };
    setQueue(world, 'leaf1', 'train', { ecn });
    start(world, job);
    world.advanceTo(1000);
    return world;
  };

  it('costs time-outs where the first windows do not fit', () => {
    // 127 first windows of 15 kB are 1.9 MB.
    const world = server(1e6);
    expect(world.totals().get('push')?.timeouts).toBeGreaterThan(100);
    const drops = world.counters('leaf1').interfaces.get('eth5')?.queues[1]?.droppedPkts;
    expect(drops).toBeGreaterThan(1000);
  });

  it('costs none where they fit', () => {
    const world = server(64e6);
    expect(world.totals().get('push')?.timeouts).toBe(0);
    expect(world.totals().get('push')?.iterations).toBeGreaterThan(15);
  });

  it('shows its peak in the counters, however long nothing else happened there', () => {
    const drops = server(1e6).counters('leaf1').interfaces.get('eth5')?.queues[1];
    expect(drops?.maxQueueLenBytes).toBeCloseTo((1e6 * 8) / 9, -4);
  });

  it('costs some where two of them at one switch take the buffer from each other', () => {
    // Alone 8/9 of 3 MB, with another 8/17 of it each; the windows leave 1.8 MB in the queue.
    expect(server(3e6).totals().get('push')?.timeouts).toBe(0);
    expect(server(3e6, ['h1-1', 'h1-2']).totals().get('push')?.timeouts).toBeGreaterThan(0);
  });
});
