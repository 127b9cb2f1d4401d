import fc from 'fast-check';
import { Network } from '../network/network';
import { Routing } from '../network/routing';
import { defaultSettings } from '../network/settings';
import { splitPort, type FabricSpec } from '../network/spec';
import { clos, DEFAULT_QUEUE_SETTINGS, fatTree, hederaHost, leafSpineFabric } from '.';
import { railOptimised, type ClosOptions } from '.';
import type { Result } from '@weir/core/base';

function built(result: Result<FabricSpec>): FabricSpec {
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.reason}`);
  return result.value;
}

function refused(result: Result<FabricSpec>): string {
  if (result.ok) throw new Error('accepted');
  return result.error.where;
}

function routingOf(spec: FabricSpec): Routing {
  const routing = new Routing(new Network(spec), 3);
  spec.switches.forEach((entry, device) =>
    routing.configure(device, defaultSettings(spec, entry.name, DEFAULT_QUEUE_SETTINGS)),
  );
  return routing;
}

/** No port is used twice, all hosts have different prefixes, and every pair is connected. */
function expectSound(spec: FabricSpec): void {
  const ports = [
    ...spec.links.flatMap((link) => [link.a, link.b]),
    ...spec.endpoints.map((endpoint) => endpoint.attachedTo),
  ];
  expect(new Set(ports).size).toBe(ports.length);
  expect(new Set(spec.endpoints.map((one) => one.prefix)).size).toBe(spec.endpoints.length);
  expect(new Set(spec.endpoints.map((one) => one.name)).size).toBe(spec.endpoints.length);
  expect(new Set(spec.switches.map((one) => one.name)).size).toBe(spec.switches.length);
  const routing = routingOf(spec);
  const [first] = spec.endpoints;
  for (const { name } of spec.endpoints) {
    if (first === undefined || name === first.name) continue;
    const total = routing.spread(first.name, name).reduce((sum, path) => sum + path.fraction, 0);
    expect(total).toBeCloseTo(1, 9);
  }
}

describe('fat trees', () => {
  it('have k^3/4 hosts, (k/2)^2 equal paths between pods, full bisection', () => {
    const spec = built(fatTree({ k: 4 }));
    expectSound(spec);
    expect(spec.endpoints).toHaveLength(16);
    expect(spec.switches).toHaveLength(20);
    expect(spec.links).toHaveLength(32);
    const routing = routingOf(spec);
    expect(routing.spread('h1-1', 'h8-2')).toHaveLength(4);
    expect(routing.spread('h1-1', 'h2-1')).toHaveLength(2);
    expect(routing.spread('h1-1', 'h1-2')).toHaveLength(1);
  });

  it('count hosts as the patterns of Hedera do', () => {
    const spec = built(fatTree({ k: 8 }));
    spec.endpoints.forEach((endpoint, index) => {
      expect(hederaHost(8, index)).toBe(endpoint.name);
    });
  });

  it('are refused with odd or too many ports', () => {
    for (const k of [3, 0, -2, 2.5, 66]) expect(refused(fatTree({ k }))).toBe('k');
  });

  it('of 8,192 hosts hold route tables for all of them without a table for each switch', () => {
    const spec = built(fatTree({ k: 32 }));
    expect(spec.endpoints).toHaveLength(8_192);
    const routing = routingOf(spec);
    expect(routing.spread('h1-1', 'h512-16')).toHaveLength(256);
    const { routes } = routing.settingsOf(0);
    expect(routes.size).toBe(8_192);
    expect([...routes].every(([prefix, hops]) => hops === routes.get(prefix))).toBe(true);
    expect(new Set(routes.values()).size).toBe(16 + 1);
  });
});

describe('leaf-spine fabrics', () => {
  it('take 8,192 hosts, with host routes where there is no /24 for each', () => {
    const spec = built(leafSpineFabric({ leaves: 512, spines: 8, hostPortsPerLeaf: 16 }));
    expect(spec.endpoints).toHaveLength(8_192);
    expect(spec.endpoints.at(-1)?.prefix).toBe('10.2.0.16/32');
    expect(routingOf(spec).spread('h1-1', 'h512-16')).toHaveLength(8);
  });

  it.each([
    [{ leaves: 0 }, 'leaves'],
    [{ spines: 1.5 }, 'spines'],
    [{ hostPortsPerLeaf: -1 }, 'hostPortsPerLeaf'],
    [{ leaves: 1_024, hostPortsPerLeaf: 1_024 }, 'leaves'],
    [{ linkCapacityBps: 0 }, 'linkCapacityBps'],
    [{ hostCapacityBps: NaN }, 'hostCapacityBps'],
    [{ weightGridEntries: 1 }, 'weightGridEntries'],
    [{ sharedBufferBytes: -1 }, 'sharedBufferBytes'],
    [{ propagationUs: -1 }, 'propagationUs'],
  ])('refuse %j', (options, where) => {
    expect(refused(leafSpineFabric(options))).toBe(where);
  });
});

describe('three-layer Clos fabrics', () => {
  const base: ClosOptions = {
    pods: 2,
    leavesPerPod: 3,
    spinesPerPod: 2,
    superspines: 4,
    hostsPerLeaf: 2,
  };

  it('connect each spine to its own plane only', () => {
    const spec = built(clos(base));
    expectSound(spec);
    const above = (spine: string): string[] =>
      spec.links
        .filter((link) => splitPort(link.a).device === spine)
        .map((link) => splitPort(link.b).device);
    expect(above('spine1')).toEqual(['superspine1', 'superspine2']);
    expect(above('spine4')).toEqual(['superspine3', 'superspine4']);
    expect(routingOf(spec).spread('h1-1', 'h6-2')).toHaveLength(4);
  });

  it('have the stated oversubscription at the leaves and none above', () => {
    const spec = built(clos({ ...base, oversubscription: 2, hostCapacityBps: 100e9 }));
    const into = (from: string, to: string): number =>
      spec.links
        .filter((link) => link.a.startsWith(from) && link.b.startsWith(to))
        .reduce((sum, link) => sum + link.capacityBps, 0);
    const hosts = spec.endpoints.reduce((sum, endpoint) => sum + endpoint.capacityBps, 0);
    expect(into('leaf', 'spine')).toBeCloseTo(hosts / 2, 3);
    expect(into('spine', 'superspine')).toBeCloseTo(hosts / 2, 3);
  });

  it('are refused where planes or ratios do not come out', () => {
    expect(refused(clos({ ...base, superspines: 3 }))).toBe('superspines');
    expect(refused(clos({ ...base, oversubscription: 0 }))).toBe('oversubscription');
    expect(refused(clos({ ...base, hostsPerLeaf: 0 }))).toBe('hostsPerLeaf');
  });

  it('of any size are sound', () => {
    const size = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(size, size, size, size, size, (pods, leavesPerPod, spinesPerPod, n, hosts) => {
        const superspines = spinesPerPod * n;
        const sizes = { pods, leavesPerPod, spinesPerPod, superspines, hostsPerLeaf: hosts };
        expectSound(built(clos(sizes)));
      }),
      { numRuns: 30 },
    );
  });
});

describe('rail-optimised fabrics', () => {
  it('put NIC r of every host of a group on rail switch r', () => {
    const spec = built(railOptimised({ rails: 4, groups: 2, hostsPerGroup: 3, spines: 2 }));
    expectSound(spec);
    expect(spec.endpoints).toHaveLength(24);
    for (const { name, attachedTo, labels } of spec.endpoints) {
      const group = Number(labels['group']?.slice('group'.length));
      const rail = (group - 1) * 4 + Number(labels['rail']);
      expect(splitPort(attachedTo).device).toBe(`rail${rail}`);
      expect(name).toBe(`${labels['host']}-${labels['rail']}`);
    }
    const routing = routingOf(spec);
    expect(routing.spread('h1-2', 'h3-2')).toHaveLength(1);
    expect(routing.spread('h1-2', 'h3-3')).toHaveLength(2);
    expect(routing.spread('h1-2', 'h4-2')).toHaveLength(2);
  });

  it('are refused with impossible sizes', () => {
    const sizes = { rails: 8, groups: 1, hostsPerGroup: 4, spines: 2 };
    expect(refused(railOptimised({ ...sizes, rails: 0 }))).toBe('rails');
    expect(refused(railOptimised({ ...sizes, groups: 1e6 }))).toBe('groups');
  });
});
