import type { BulkSpec } from '../jobs/job';
import { leafSpine } from '../topology';
import { World } from './world';

const bulk = (name: string, source: string, destination: string): BulkSpec => ({
  kind: 'bulk',
  name,
  class: 'storage',
  control: 'cubic',
  minRtoMs: 200,
  hostLimitBps: null,
  sources: [source],
  destinations: [destination],
  streams: 4,
  rateLimitBps: null,
  totalBytes: null,
});

function depths(world: World): Map<string, number> {
  return new Map(
    world
      .truth()
      .filter((queue) => queue.queue === 'be')
      .map((queue) => [`${queue.device}:${queue.interface}`, queue.depthBytes]),
  );
}

describe('full queues one behind the other', () => {
  // Host ports are wider than the links, so that the uplink is the first bottleneck.
  const spec = leafSpine({
    leaves: 3,
    spines: 1,
    hostPortsPerLeaf: 2,
    linkCapacityBps: 10e9,
    hostCapacityBps: 40e9,
  });

  it('build only at the first one', () => {
    const world = new World(spec, 1);
    expect(world.startJob(bulk('a', 'h1-1', 'h2-1')).ok).toBe(true);
    world.advanceTo(1_000);
    const seen = depths(world);
    expect(world.linkLoads().get('spine1:eth2')).toBeCloseTo(1, 6);
    expect(seen.get('leaf1:eth1')).toBeGreaterThan(1e6);
    expect(seen.get('spine1:eth2')).toBe(0);
  });

  it('build where ways from different queues meet', () => {
    const world = new World(spec, 1);
    expect(world.startJob(bulk('a', 'h1-1', 'h2-1')).ok).toBe(true);
    expect(world.startJob(bulk('b', 'h3-1', 'h2-2')).ok).toBe(true);
    world.advanceTo(1_000);
    const seen = depths(world);
    expect(seen.get('spine1:eth2')).toBeGreaterThan(1e6);
    expect(seen.get('leaf1:eth1')).toBeLessThan(1e5);
  });
});
