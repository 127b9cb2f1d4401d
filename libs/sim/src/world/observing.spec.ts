import { seededRandom } from '@weir/core/base';
import type { BulkSpec } from '../jobs/job';
import { leafSpine } from '../topology/leaf-spine';
import { World } from './world';

const spec = leafSpine({ leaves: 3, spines: 2, hostPortsPerLeaf: 2 });

const copy = (name: string, source: string, destination: string): BulkSpec => ({
  kind: 'bulk',
  name,
  class: 'storage',
  control: 'cubic',
  minRtoMs: 200,
  hostLimitBps: null,
  sources: [source],
  destinations: [destination],
  streams: 1,
  rateLimitBps: null,
  totalBytes: null,
});

function copying(): World {
  const world = new World(spec, 4);
  for (const job of [copy('a', 'h1-1', 'h2-1'), copy('b', 'h3-1', 'h2-1')])
    expect(world.startJob(job).ok).toBe(true);
  world.advanceTo(2000);
  return world;
}

describe('what can be seen of a world', () => {
  it('samples one packet in so many, as the counters have them', () => {
    const world = copying();
    const rate = 1000;
    const samples = world.flowSamples(rate, seededRandom(8));
    const at = samples.filter(
      ({ device, prefix }) => device === 'leaf2' && prefix === '10.2.1.0/24',
    );
    const sampled = at.reduce((sum, { bytes }) => sum + bytes * rate, 0);
    const counted = world.counters('leaf2').prefixes.get('10.2.1.0/24') ?? NaN;
    expect(sampled / counted).toBeCloseTo(1, 2);
    expect(new Set(at.map(({ source }) => source))).toEqual(new Set(['h1-1', 'h3-1']));
    expect(new Set(at.map((sample) => `${sample.interface}/${sample.queue}`))).toEqual(
      new Set(['eth3/be']),
    );
  });

  it('samples nothing twice', () => {
    const world = copying();
    expect(world.flowSamples(1000, seededRandom(8)).length).toBeGreaterThan(0);
    expect(world.flowSamples(1000, seededRandom(8))).toEqual([]);
  });

  it('looks without touching: the timeline is the same', () => {
    const [watched, alone] = [copying(), copying()];
    for (let at = 2100; at <= 3000; at += 100) {
      watched.advanceTo(at);
      alone.advanceTo(at);
      watched.truth();
      watched.linkLoads();
      watched.counters('leaf2');
      watched.flowSamples(100, seededRandom(at));
      watched.pathsBetween(['h1-1'], ['h2-1']);
      watched.totals();
    }
    expect(watched.digest()).toBe(alone.digest());
    expect(watched.truth()).toEqual(alone.truth());
    expect([...watched.totals()]).toEqual([...alone.totals()]);
    // Sums that are read now and then are rounded now and then.
    const octets = (world: World) => world.counters('leaf2').interfaces.get('eth3')?.outOctets ?? 0;
    expect(octets(watched) / octets(alone)).toBeCloseTo(1, 12);
  });

  it('names the ports between endpoints, both ways', () => {
    const ports = copying().pathsBetween(['h1-1'], ['h2-1']);
    expect(ports).toEqual(expect.arrayContaining(['leaf1:eth1', 'spine2:eth2', 'leaf2:eth3']));
    expect(ports).toEqual(expect.arrayContaining(['leaf2:eth1', 'spine1:eth1', 'leaf1:eth3']));
    expect(ports.every((port) => !port.startsWith('leaf3'))).toBe(true);
  });

  it('keeps the totals and the last observations of a job that ended', () => {
    const world = new World(spec, 4);
    expect(world.startJob({ ...copy('a', 'h1-1', 'h2-1'), totalBytes: 1e9 }).ok).toBe(true);
    world.advanceTo(5000);
    expect(world.jobs()).toEqual([]);
    expect(world.totals().get('a')?.bytes).toBeCloseTo(1e9, -1);
    expect(world.cost().streams).toBe(0);
    expect(world.startJob({ ...copy('a', 'h1-1', 'h2-1'), totalBytes: 1e9 }).ok).toBe(true);
    world.advanceTo(9000);
    expect(world.totals().get('a')?.bytes).toBeCloseTo(2e9, -1);
  });
});
