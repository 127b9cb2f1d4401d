import { deviceId } from '@weir/core/model';
import { buildLayout, ColumnStore } from '@weir/runtime';
import { OpenConfigProfile } from '@weir/adapter-gnmi';
import { benchFabric, CAPACITY_BPS, INTERFACES_PER_LEAF } from './fabric';
import { FabricFeed } from './feed';
import { runReactionBench } from './reaction';
import { quantileOf } from './statistics';
import { startTargets } from './targets';

describe('benchFabric', () => {
  it('has the wanted number of interfaces, valid images, and victims with a choice of paths', () => {
    const fabric = benchFabric(16 * INTERFACES_PER_LEAF);
    const devices = [...fabric.topology.devices.values()];
    const interfaces = devices.reduce((sum, device) => sum + device.interfaces.size, 0);
    expect(interfaces).toBe(16 * INTERFACES_PER_LEAF);
    const profile = new OpenConfigProfile();
    for (const victim of fabric.victims) {
      const image = fabric.images.get(victim.leaf) ?? new Map();
      expect(profile.checkSchema(image)).toEqual({ ok: true, value: undefined });
      const route = profile.routes(image).find((item) => item.prefix === victim.prefix);
      expect(route?.nextHops).toHaveLength(16);
    }
  });
});

describe('FabricFeed', () => {
  it('makes messages that the decoder takes at the rate they are meant to show', () => {
    const { topology } = benchFabric(2 * INTERFACES_PER_LEAF);
    const clock = { nowMs: 1_000, monotonicMs: () => clock.nowMs, wallMs: () => clock.nowMs };
    const store = new ColumnStore(buildLayout(topology), clock);
    const feed = new FabricFeed(topology, store, 0.3);
    feed.open(1_700_000_000_000);
    clock.nowMs += 1_000;
    feed.sendShare(1, 1_700_000_001_000);
    const leaf = deviceId('leaf0');
    const port = store.layout.channelIndex.get('leaf0:up0') ?? -1;
    const rateAt = (index: number): number =>
      (store.frame().channels.txBps[index] ?? NaN) / CAPACITY_BPS;
    expect(rateAt(port)).toBeCloseTo(0.3, 3);
    clock.nowMs += 1_000;
    feed.receive(leaf, feed.prepare(leaf, 'up0', 1_700_000_002_000, 0.95));
    expect(rateAt(port)).toBeCloseTo(0.95, 3);
    expect(rateAt(port + 1)).toBeCloseTo(0.3, 3);
  });
});

describe('runReactionBench', () => {
  it('reacts on a small fabric, every time with a Set of its own', async () => {
    const report = await runReactionBench({
      interfaces: [2 * INTERFACES_PER_LEAF],
      iterations: 3,
      startTargets,
    });
    const [size] = report.sizes;
    expect(size).toMatchObject({ iterations: 3, interfaces: 2 * INTERFACES_PER_LEAF });
    const steps = size?.stepsP50Ms;
    expect(steps?.decodedMs).toBeLessThanOrEqual(steps?.decidedMs ?? NaN);
    expect(steps?.decidedMs).toBeLessThanOrEqual(steps?.preparedMs ?? NaN);
    expect(steps?.preparedMs).toBeLessThanOrEqual(size?.p50Ms ?? NaN);
  }, 120_000);
});

describe('quantileOf', () => {
  it('takes the nearest rank', () => {
    const values = Array.from({ length: 200 }, (_, i) => 200 - i);
    expect([quantileOf(values, 0.5), quantileOf(values, 0.99), quantileOf(values, 1)]).toEqual([
      100, 198, 200,
    ]);
    expect(quantileOf([], 0.5)).toBeNaN();
  });
});
