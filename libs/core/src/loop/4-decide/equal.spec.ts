import { deviceId, type Topology } from '../../model';
import type { RoutingModel } from '../../ports';
import type { Evidence } from '../evidence';
import type { Pass } from '../pass';
import { equalCandidate, failuresAround } from './equal';

const SPINES = ['s1', 's2', 's3'];
const LEAVES = ['l1', 'l2', 'l3'];
const port = (device: string, iface: string) => ({ device: deviceId(device), interface: iface });
const prefixOf = (leaf: string): string => `10.0.${leaf.slice(1)}.0/24`;

/** Three leaves, three spines, a host at each leaf; the objective goes from l1 to l2. */
function stage(downLinks: readonly string[], weights: Readonly<Record<string, number>>) {
  const links = LEAVES.flatMap((leaf) =>
    SPINES.map((spine) => ({ a: port(leaf, spine), b: port(spine, leaf) })),
  );
  const topology = {
    links,
    endpoints: new Map(
      LEAVES.map((leaf) => [
        `h-${leaf}`,
        { attachedTo: port(leaf, 'host'), prefix: prefixOf(leaf) },
      ]),
    ),
    devices: new Map(
      [...LEAVES, ...SPINES].map((id) => {
        const role = id.startsWith('l') ? 'leaf' : 'spine';
        return [deviceId(id), { id: deviceId(id), role, address: 'x', weightGridEntries: 12 }];
      }),
    ),
  } as unknown as Topology;
  const keys = links.flatMap(({ a, b }) => [
    `${a.device}:${a.interface}`,
    `${b.device}:${b.interface}`,
  ]);
  const isDown = (key: string): boolean => {
    const [from = '', to = ''] = key.split(':');
    return downLinks.includes(`${from}-${to}`) || downLinks.includes(`${to}-${from}`);
  };
  const model: RoutingModel = {
    spread: (from) => ({ shares: new Map([[`${from}:l2`, 1]]), problem: null }),
    owner: () => deviceId('l2'),
    nextHops: (device) =>
      device === 'l1'
        ? SPINES.map((spine) => ({ interface: spine, weight: weights[spine] ?? 1 }))
        : [{ interface: 'l2', weight: 1 }],
    peer: (device, iface) => port(iface, device),
    withRoutes: () => model,
  };
  const images = new Map([...topology.devices.keys()].map((id) => [id, new Map()]));
  const frame = {
    layout: {
      channelIndex: new Map(keys.map((key, i) => [key, i])),
      channels: keys.map(() => ({ capacityBps: 1e9 })),
      prefixIndex: new Map(),
    },
    channels: {
      operStatus: Uint8Array.from(keys, (key) => (isDown(key) ? 0 : 1)),
      txBps: new Float64Array(keys.length).fill(5e8),
    },
    prefixes: { txBps: new Float64Array(0) },
  };
  const pass = {
    env: {
      topology,
      policy: { limits: { maxDevicesPerChange: 8, maxLayerShare: 1 } },
    },
    observed: { frame, images, routing: { images, model } },
    durable: { changes: new Map(), fenced: new Map() },
  } as unknown as Pass;
  const objective = { flows: [{ sources: ['h-l1'], destinations: ['h-l2'] }] };
  const downChannels = keys.filter(isDown);
  return { pass, evidence: { state: { objective }, downChannels } as unknown as Evidence };
}

const weightsAfter = (downLinks: readonly string[], weights: Record<string, number>) => {
  const { pass, evidence } = stage(downLinks, weights);
  const candidate = equalCandidate(pass, evidence, failuresAround(pass, evidence));
  const { action } = candidate;
  return action.type === 'reroute' ? action.routes.map((route) => route.weights) : [];
};

describe('plain ECMP after several failures', () => {
  const failures = (downLinks: readonly string[]): readonly string[] => {
    const { pass, evidence } = stage(downLinks, {});
    return failuresAround(pass, evidence);
  };

  it('counts the failed links of the leaves of the objective, and no others', () => {
    expect(failures([])).toEqual([]);
    expect(failures(['l3-s1', 'l3-s2'])).toEqual([]);
    expect(failures(['l1-s1', 'l2-s2'])).toHaveLength(2);
  });

  it('counts a spine that went with all of its links once', () => {
    expect(failures(['l1-s1', 'l2-s1', 'l3-s1'])).toEqual(['s1']);
    expect(failures(['l1-s1', 'l2-s1'])).toHaveLength(2);
  });

  it('spreads equally over next hops from which every link is up', () => {
    // s3 is reached by a link that is up, and has lost its own to the other leaf.
    expect(weightsAfter(['l2-s3', 'l3-s3'], { s1: 9, s2: 2, s3: 1 })).toEqual([
      { s1: 6, s2: 6, s3: 0 },
    ]);
  });

  it('leaves weights that are equal already, and says why nothing is optimised', () => {
    expect(weightsAfter(['l1-s3', 'l3-s3'], {})).toEqual([]);
    const { pass, evidence } = stage(['l1-s3', 'l2-s3'], {});
    const { predicted } = equalCandidate(pass, evidence, ['l1:s3', 'l2:s3']);
    expect(predicted.gainRatio).toBe(0);
    expect(predicted.explanation).toContain('2 failures around its leaves (l1:s3, l2:s3)');
  });

  it('keeps the one next hop that is left as it is', () => {
    expect(weightsAfter(['l1-s1', 'l1-s2'], { s1: 1, s2: 1, s3: 5 })).toEqual([]);
  });
});
