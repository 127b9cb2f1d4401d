import {
  deviceId,
  endpointId,
  type Device,
  type DeviceId,
  type Endpoint,
  type Topology,
} from '@weir/core/model';
import type { StaticRoute } from '@weir/core/ports';
import { buildRouting } from './routing';

const [l1, l2, s1, s2] = ['l1', 'l2', 's1', 's2'].map(deviceId) as [
  DeviceId,
  DeviceId,
  DeviceId,
  DeviceId,
];
const P2 = '10.0.2.0/24';

function device(id: DeviceId, role: Device['role']): Device {
  return {
    id,
    role,
    group: 'g',
    profile: 'openconfig',
    address: '127.0.0.1:1',
    interfaces: new Map(),
    weightGridEntries: 64,
    sharedBufferBytes: 0,
    queueOfClass: new Map(),
  };
}

const topology: Topology = {
  name: 'two by two',
  revision: 'r',
  devices: new Map(
    [device(l1, 'leaf'), device(l2, 'leaf'), device(s1, 'spine'), device(s2, 'spine')].map((d) => [
      d.id,
      d,
    ]),
  ),
  links: [
    [l1, 'e1', s1, 'e1'],
    [l1, 'e2', s2, 'e1'],
    [l2, 'e1', s1, 'e2'],
    [l2, 'e2', s2, 'e2'],
  ].map(([a, ai, b, bi]) => ({
    id: `${a}-${b}`,
    a: { device: a as DeviceId, interface: ai as string },
    b: { device: b as DeviceId, interface: bi as string },
    capacityBps: 1e9,
  })),
  endpoints: new Map(
    [
      {
        id: endpointId('h1'),
        attachedTo: { device: l1, interface: 'h' },
        prefix: '10.0.1.0/24',
        labels: {},
      },
      { id: endpointId('h2'), attachedTo: { device: l2, interface: 'h' }, prefix: P2, labels: {} },
    ].map((endpoint): [Endpoint['id'], Endpoint] => [endpoint.id, endpoint]),
  ),
};

const hop = (iface: string, weight: number) => ({
  index: iface,
  address: '',
  interface: iface,
  weight,
});
const route = (...nextHops: ReturnType<typeof hop>[]): StaticRoute[] => [{ prefix: P2, nextHops }];

describe('routing', () => {
  it('uses all shortest paths where nothing is configured', () => {
    const { shares, problem } = buildRouting(topology, new Map()).spread(l1, P2);
    expect(problem).toBeNull();
    expect(Object.fromEntries(shares)).toEqual({
      'l1:e1': 0.5,
      'l1:e2': 0.5,
      's1:e2': 0.5,
      's2:e2': 0.5,
    });
  });

  it('follows configured weights', () => {
    const model = buildRouting(topology, new Map([[l1, route(hop('e1', 48), hop('e2', 16))]]));
    expect(model.spread(l1, P2).shares.get('s2:e2')).toBe(0.25);
  });

  it('finds loops and black holes and says where', () => {
    const loop = buildRouting(
      topology,
      new Map([
        [l1, route(hop('e1', 1))],
        [s1, route(hop('e1', 1))],
      ]),
    );
    expect(loop.spread(l1, P2).problem?.kind).toBe('loop');
    // Half of the traffic gets through at each turn, and is as good as lost all the same.
    const leaking = buildRouting(
      topology,
      new Map([
        [l1, route(hop('e1', 1))],
        [s1, route(hop('e2', 1), hop('e1', 1))],
      ]),
    );
    expect(leaking.spread(l1, P2).problem?.kind).toBe('loop');
    const hole = buildRouting(
      topology,
      new Map([
        [l1, route(hop('e1', 1))],
        [s1, route()],
      ]),
    );
    expect(hole.spread(l1, P2).problem).toEqual({ kind: 'black-hole', at: s1 });
    expect(buildRouting(topology, new Map()).spread(l1, '192.0.2.0/24').problem?.kind).toBe(
      'black-hole',
    );
  });

  it('knows owners, peers and that a prefix is at home', () => {
    const model = buildRouting(topology, new Map());
    expect(model.owner(P2)).toBe(l2);
    expect(model.peer(l1, 'e2')).toEqual({ device: s2, interface: 'e1' });
    expect(model.peer(l1, 'h')).toBeNull();
    expect(model.spread(l2, P2)).toEqual({ shares: new Map(), problem: null });
  });

  it('answers what if without touching what is', () => {
    const model = buildRouting(topology, new Map());
    const changed = model.withRoutes([{ device: l1, prefix: P2, weights: { e1: 1, e2: 0 } }]);
    expect(Object.fromEntries(changed.spread(l1, P2).shares)).toEqual({ 'l1:e1': 1, 's1:e2': 1 });
    expect(model.spread(l1, P2).shares.get('l1:e2')).toBe(0.5);
  });
});
