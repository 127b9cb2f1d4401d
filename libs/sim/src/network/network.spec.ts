import fc from 'fast-check';
import { fatTree } from '../topology/fat-tree';
import { leafSpine } from '../topology/leaf-spine';
import { DEFAULT_QUEUE_SETTINGS } from '../topology/queues';
import { dealEntries } from './hashing';
import { Network } from './network';
import { Routing } from './routing';
import { defaultSettings, type SwitchSettings } from './settings';
import type { FabricSpec } from './spec';

function built(spec: FabricSpec): { network: Network; routing: Routing } {
  const network = new Network(spec);
  const routing = new Routing(network, 7);
  spec.switches.forEach((entry, device) => {
    routing.configure(device, defaultSettings(spec, entry.name, DEFAULT_QUEUE_SETTINGS));
  });
  return { network, routing };
}

const small = (hashing: NonNullable<FabricSpec['hashing']> = 'per-switch'): FabricSpec => ({
  ...leafSpine({ leaves: 4, spines: 4, hostPortsPerLeaf: 2 }),
  hashing,
});

const withRoute = (settings: SwitchSettings, prefix: string, only: string): SwitchSettings => ({
  ...settings,
  routes: new Map([...settings.routes, [prefix, [{ interface: only, weight: 64 }]]]),
});

describe('table entries of an ECMP group', () => {
  it('are whole numbers that add up to the grid, each within one of its weight', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(weights, fc.constantFrom(16, 64, 256), (given, grid) => {
        fc.pre(given.some((weight) => weight > 0));
        const total = given.reduce((sum, weight) => sum + weight, 0);
        const entries = dealEntries(given, grid);
        expect(entries.reduce((sum, count) => sum + count, 0)).toBe(grid);
        entries.forEach((count, at) => {
          expect(Math.abs(count - ((given[at] ?? 0) / total) * grid)).toBeLessThan(1);
        });
      }),
    );
  });

  it('are none where no next hop has a weight', () => {
    expect(dealEntries([0, 0], 64)).toEqual([0, 0]);
    expect(dealEntries([], 64)).toEqual([]);
  });
});

describe('routing', () => {
  it('spreads over all spines, and single flows as evenly as a hash does', () => {
    const { network, routing } = built(small());
    const paths = routing.spread('h1-1', 'h3-2');
    expect(paths.map((path) => path.fraction)).toEqual([0.25, 0.25, 0.25, 0.25]);
    const counts = new Map<string, number>();
    for (let flow = 0; flow < 4_000; flow++) {
      const path = routing.single('h1-1', 'h3-2', `flow ${flow}`);
      const uplink = network.portOf(network.channel(path?.channels[1] ?? 0));
      counts.set(uplink, (counts.get(uplink) ?? 0) + 1);
    }
    expect(counts.size).toBe(4);
    // 1,000 each; six standard deviations of a binomial are 164.
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(164);
  });

  it.each([
    ['per-switch', 16],
    // What the edge put on one uplink, the aggregation switch puts on one uplink again.
    ['shared', 4],
    // Two of four links of the edge, and two of four behind each.
    ['narrow', 4],
  ] as const)('with %s seeds uses %i of the 16 ways out of a pod', (hashing, ways) => {
    const tree = fatTree({ k: 8, hashing });
    if (!tree.ok) throw new Error(tree.error.reason);
    const { routing } = built(tree.value);
    const used = new Set<number>();
    for (let flow = 0; flow < 400; flow++) {
      const path = routing.single('h1-1', 'h32-4', `flow ${flow}`);
      used.add(path?.channels[2] ?? -1);
    }
    expect(used.size).toBe(ways);
  });

  it('spreads many flows over the links that a narrow hash can choose, as it does single ones', () => {
    const { routing } = built(small('narrow'));
    const paths = routing.spread('h1-1', 'h3-2');
    const used = new Set<number>();
    for (let flow = 0; flow < 100; flow++)
      used.add(routing.single('h1-1', 'h3-2', `flow ${flow}`)?.channels[1] ?? -1);
    const spread = new Map(
      paths.filter((path) => path.fraction > 0).map((path) => [path.channels[1], path.fraction]),
    );
    expect(new Set(spread.keys())).toEqual(used);
    expect([...spread.values()].reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
    expect(used.size).toBe(2);
  });

  it('keeps the paths that a route change does not touch, and forgets the others', () => {
    const { network, routing } = built(small());
    const moved = routing.spread('h1-1', 'h3-2');
    const kept = [routing.spread('h1-1', 'h3-1'), routing.spread('h2-1', 'h3-2')];
    const device = network.device('leaf1');
    const prefix = network.endpoints.get('h3-2')?.spec.prefix ?? '';
    const before = routing.version;
    routing.configure(device, withRoute(routing.settingsOf(device), prefix, 'eth2'));
    expect(routing.version).toBe(before + 1);
    expect(routing.spread('h1-1', 'h3-2')).not.toBe(moved);
    expect(routing.spread('h1-1', 'h3-2')).toHaveLength(1);
    expect(routing.spread('h1-1', 'h3-1')).toBe(kept[0]);
    expect(routing.spread('h2-1', 'h3-2')).toBe(kept[1]);
  });

  it('does not move anything when only queues are set', () => {
    const { network, routing } = built(small());
    const device = network.device('leaf1');
    const before = routing.version;
    const { routes } = routing.settingsOf(device);
    routing.configure(device, { routes: new Map(routes), queues: new Map() });
    expect(routing.version).toBe(before);
    expect(routing.settingsOf(device).queues.size).toBe(0);
  });

  it('gives the entries of a dead port to the others, and back', () => {
    const { network, routing } = built(small());
    const all = routing.spread('h1-1', 'h3-2');
    const elsewhere = routing.spread('h2-1', 'h3-2');
    const [channel] = network.channelsOfLink('leaf1:eth1--spine1:eth1');
    if (channel === undefined) throw new Error('no such link');
    channel.fault.up = false;
    routing.changed([channel.index]);
    const entries = routing.spread('h1-1', 'h3-2').map((path) => path.fraction * 64);
    expect(entries).toEqual([22, 21, 21]);
    expect(routing.spread('h2-1', 'h3-2')).toBe(elsewhere);
    channel.fault.up = true;
    routing.changed([channel.index]);
    expect(routing.spread('h1-1', 'h3-2')).toEqual(all);
  });

  it('loses what a down NIC or host port carries', () => {
    const { network, routing } = built(small());
    const host = network.endpoints.get('h1-1');
    const nic = network.channel(host?.nic ?? 0);
    routing.spread('h1-1', 'h3-2');
    nic.fault.up = false;
    routing.changed([nic.index]);
    expect(routing.spread('h1-1', 'h3-2')).toEqual([]);
    expect(routing.single('h1-1', 'h3-2', 'a')).toBeNull();
    expect(routing.spread('h3-2', 'h1-1')).toHaveLength(4);
  });

  it('loses traffic in a loop instead of following it for ever', () => {
    const { network, routing } = built(small());
    const prefix = network.endpoints.get('h3-2')?.spec.prefix ?? '';
    for (const [name, port] of [
      ['leaf1', 'eth1'],
      ['spine1', 'eth1'],
    ] as const) {
      const device = network.device(name);
      routing.configure(device, withRoute(routing.settingsOf(device), prefix, port));
    }
    expect(routing.single('h1-1', 'h3-2', 'a')).toBeNull();
    expect(routing.spread('h1-1', 'h3-2')).toEqual([]);
  });

  it('forks: what happens to one does not show in the other', () => {
    const { network, routing } = built(small());
    const paths = routing.spread('h1-1', 'h3-2');
    const other = network.fork();
    const fork = routing.fork(other);
    expect(fork.spread('h1-1', 'h3-2')).toBe(paths);
    for (const channel of other.channelsOfLink('leaf1:eth1--spine1:eth1')) {
      channel.fault.up = false;
      fork.changed([channel.index]);
    }
    expect(fork.spread('h1-1', 'h3-2')).toHaveLength(3);
    expect(routing.spread('h1-1', 'h3-2')).toBe(paths);
    expect(network.channelsOfLink('leaf1:eth1--spine1:eth1').every((c) => c.fault.up)).toBe(true);
    expect(fork.single('h2-1', 'h3-2', 'x')).toEqual(routing.single('h2-1', 'h3-2', 'x'));
  });
});
