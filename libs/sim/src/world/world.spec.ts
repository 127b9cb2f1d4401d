import type { BulkSpec } from '../jobs/job';
import { leafSpine } from '../topology/leaf-spine';
import { World } from './world';

const spec = leafSpine({
  leaves: 4,
  spines: 2,
  hostPortsPerLeaf: 4,
  linkCapacityBps: 25e9,
  hostCapacityBps: 25e9,
  sharedBufferBytes: 16e6,
});

const bulk = (name: string, from: string, to: string, more: Partial<BulkSpec> = {}): BulkSpec => ({
  kind: 'bulk',
  name,
  class: 'best-effort',
  control: 'cubic',
  minRtoMs: 200,
  hostLimitBps: null,
  sources: [from],
  destinations: [to],
  streams: 1,
  rateLimitBps: null,
  totalBytes: null,
  ...more,
});

describe('a world', () => {
  it('shares a host port between two flows', () => {
    const world = new World(spec, 1);
    expect(world.startJob(bulk('a', 'h1-1', 'h2-1')).ok).toBe(true);
    expect(world.startJob(bulk('b', 'h3-1', 'h2-1')).ok).toBe(true);
    world.advanceTo(1000);
    const totals = world.totals();
    expect(totals.get('a')?.bytes).toBeCloseTo(12.5e9 / 8, -7);
    const port = world.counters('leaf2').interfaces.get('eth3');
    expect(port?.outOctets).toBeCloseTo(25e9 / 8, -3);
    expect(port?.queues[2]?.maxQueueLenBytes).toBeCloseTo(8e6, -3);
  });
});
