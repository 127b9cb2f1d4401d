import { buildLayout, ColumnStore } from '@weir/runtime';
import { leafSpine, VirtualTime, World, type QueueSetting } from '@weir/sim';
import { topologyOf } from '../build/topology-model';
import { CounterFeed } from './counter-feed';

const spec = leafSpine({ leaves: 2, spines: 1, hostPortsPerLeaf: 1 });

/** A steady stream of 10 Gb/s over leaf1's only uplink, with telemetry from leaf1. */
function stage() {
  const time = new VirtualTime();
  const world = new World(spec, 1);
  const started = world.startJob({
    kind: 'bulk',
    name: 'copy',
    class: 'storage',
    control: 'cubic',
    minRtoMs: 200,
    hostLimitBps: null,
    sources: ['h1-1'],
    destinations: ['h2-1'],
    streams: 1,
    rateLimitBps: 10e9,
    totalBytes: null,
  });
  if (!started.ok) throw new Error(started.error.reason);
  const store = new ColumnStore(buildLayout(topologyOf(spec)), time, { staleMs: 3_000 });
  const feed = new CounterFeed('leaf1', spec, store, time);
  feed.connect(world);
  const after = (ms: number, reads = true): number => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      time.nowMs += 1_000;
      world.advanceTo(time.nowMs);
      if (reads) feed.read(world);
    }
    const frame = store.frame();
    return frame.channels.txBps[frame.layout.channelIndex.get('leaf1:eth1') ?? -1] ?? -1;
  };
  return { world, store, feed, after };
}

describe('telemetry of a simulated switch', () => {
  it('shows true rates, by port, queue and prefix', () => {
    const { store, after } = stage();
    expect(after(3_000) / 1e9).toBeCloseTo(10, 1);
    const frame = store.frame();
    const queue = frame.layout.queueIndex.get('leaf1:eth1:be') ?? -1;
    const prefix = frame.layout.prefixIndex.get('leaf1|10.2.1.0/24') ?? -1;
    expect((frame.queues.txBps[queue] ?? 0) / 1e9).toBeCloseTo(10, 1);
    expect((frame.prefixes.txBps[prefix] ?? 0) / 1e9).toBeCloseTo(10, 1);
    expect(frame.devices.synced[frame.layout.devices.findIndex((id) => id === 'leaf1')]).toBe(1);
    expect(frame.channels.lossRatio[frame.layout.channelIndex.get('leaf1:eth1') ?? -1]).toBe(0);
  });

  it('shows the pauses of a lossless incast at both ends of the links', () => {
    const time = new VirtualTime();
    const fan = leafSpine({ leaves: 3, spines: 1, hostPortsPerLeaf: 1 });
    const world = new World(fan, 1);
    for (const { name } of fan.switches) {
      const settings = world.settings(name);
      const lossless = (queues: ReadonlyMap<string, QueueSetting>) =>
        new Map([...queues].map(([queue, one]) => [queue, { ...one, lossless: true }]));
      const queues = new Map([...settings.queues].map(([port, all]) => [port, lossless(all)]));
      world.configure(name, { ...settings, queues });
    }
    const job = {
      kind: 'bulk' as const,
      name: 'fan-in',
      class: 'training' as const,
      control: 'cubic' as const,
      minRtoMs: 4,
      hostLimitBps: null,
      sources: ['h1-1', 'h3-1'],
      destinations: ['h2-1'],
      streams: 8,
      rateLimitBps: null,
      totalBytes: null,
    };
    expect(world.startJob(job).ok).toBe(true);
    const store = new ColumnStore(buildLayout(topologyOf(fan)), time, { staleMs: 3_000 });
    const feeds = fan.switches.map(({ name }) => new CounterFeed(name, fan, store, time));
    for (const feed of feeds) feed.connect(world);
    for (let second = 1; second <= 3; second++) {
      time.nowMs = second * 1_000;
      world.advanceTo(time.nowMs);
      for (const feed of feeds) feed.read(world);
    }
    const { channels, layout } = store.frame();
    const at = (key: string) => layout.channelIndex.get(key) ?? -1;
    // The port of spine1 towards leaf2 is full: it pauses what comes in, and leaf2 pauses nobody.
    expect(channels.pauseTxPps[at('spine1:eth1')]).toBeGreaterThan(0);
    expect(channels.pauseRxPps[at('leaf1:eth1')]).toBeGreaterThan(0);
    expect(channels.pauseTxPps[at('leaf2:eth1')]).toBe(0);
    for (const link of topologyOf(fan).links) {
      const [a, b] = [
        `${link.a.device}:${link.a.interface}`,
        `${link.b.device}:${link.b.interface}`,
      ];
      expect(channels.pauseRxPps[at(a)]).toBeCloseTo(channels.pauseTxPps[at(b)] ?? NaN, -1);
      expect(channels.pauseRxPps[at(b)]).toBeCloseTo(channels.pauseTxPps[at(a)] ?? NaN, -1);
    }
  });

  it('frozen counters stand still, with new time stamps', () => {
    const { feed, store, after } = stage();
    after(3_000);
    feed.setFault('frozen', 1);
    expect(after(4_000)).toBe(0);
    const row = store.layout.channelIndex.get('leaf1:eth1') ?? -1;
    expect(store.frame().channels.ageMs[row]).toBeLessThan(1_001);
    feed.setFault('none', 1);
    expect(after(2_000) / 1e9).toBeCloseTo(10, 1);
  });

  it('wrong counters are wrong by the factor, without a jump when it ends', () => {
    const { feed, after } = stage();
    after(3_000);
    feed.setFault('wrong', 0.5);
    expect(after(3_000) / 1e9).toBeCloseTo(5, 1);
    feed.setFault('none', 1);
    expect(after(1_000) / 1e9).toBeCloseTo(10, 1);
  });

  it('silence becomes unknown, not zero', () => {
    const { feed, after } = stage();
    after(3_000);
    feed.setFault('silent', 1);
    expect(after(8_000)).toBeNaN();
  });

  it('a switch that booted counts from zero, which is no rate', () => {
    const { world, feed, after } = stage();
    after(3_000);
    feed.disconnect();
    world.setSwitchUp('leaf1', false);
    expect(after(2_000, false)).toBeNaN();
    world.setSwitchUp('leaf1', true);
    feed.connect(world);
    expect(after(2_000) / 1e9).toBeCloseTo(10, 1);
  });
});
