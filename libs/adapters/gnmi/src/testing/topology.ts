import type { Topology } from '@weir/core/model';
import { deviceId, endpointId } from '@weir/core/model';

/** One managed leaf with the given interfaces, for tests of this adapter against a target. */
export function oneLeaf(port: number, interfaces: readonly string[] = ['eth1', 'eth2']): Topology {
  const leaf = deviceId('leaf1');
  const host = endpointId('host');
  return {
    name: 'test',
    revision: 'r1',
    devices: new Map([
      [
        leaf,
        {
          id: leaf,
          role: 'leaf',
          group: 'leaves',
          profile: 'openconfig',
          address: `127.0.0.1:${port}`,
          interfaces: new Map(interfaces.map((name) => [name, { name, capacityBps: 100e9 }])),
          weightGridEntries: 64,
          sharedBufferBytes: 64e6,
          queueOfClass: new Map([['real-time-inference', 'rt']]),
        },
      ],
    ]),
    links: [],
    endpoints: new Map([
      [
        host,
        {
          id: host,
          attachedTo: { device: leaf, interface: 'eth1' },
          prefix: '10.0.0.0/24',
          labels: {},
        },
      ],
    ]),
  };
}

/** Leaves of a small configuration in canonical form: a route, a shared buffer profile, a queue. */
export function smallConfig(): Record<string, string | number | boolean> {
  const protocol =
    '/network-instances/network-instance[name=DEFAULT]/protocols/protocol[identifier=STATIC][name=DEFAULT]';
  const route = `${protocol}/static-routes/static[prefix=10.0.0.0/24]`;
  const leaves: Record<string, string | number | boolean> = {
    '/network-instances/network-instance[name=DEFAULT]/config/name': 'DEFAULT',
    [`${protocol}/config/identifier`]: 'STATIC',
    [`${protocol}/config/name`]: 'DEFAULT',
    [`${route}/config/prefix`]: '10.0.0.0/24',
  };
  for (const [index, port] of [
    ['1', 'eth1'],
    ['2', 'eth2'],
  ] as const) {
    const hop = `${route}/next-hops/next-hop[index=${index}]`;
    leaves[`${hop}/config/index`] = index;
    leaves[`${hop}/config/next-hop`] = `10.1.${index}.1`;
    leaves[`${hop}/config/wecmp-weight`] = '32';
    leaves[`${hop}/interface-ref/config/interface`] = port;
    const output = `/qos/interfaces/interface[interface-id=${port}]/output`;
    leaves[`/qos/interfaces/interface[interface-id=${port}]/config/interface-id`] = port;
    leaves[`${output}/config/buffer-allocation-profile`] = 'shared';
    leaves[`${output}/queues/queue[name=rt]/config/name`] = 'rt';
  }
  const shared = '/qos/buffer-allocation-profiles/buffer-allocation-profile[name=shared]';
  leaves[`${shared}/config/name`] = 'shared';
  leaves[`${shared}/queues/queue[name=rt]/config/name`] = 'rt';
  leaves[`${shared}/queues/queue[name=rt]/config/use-shared-buffer`] = true;
  leaves[`${shared}/queues/queue[name=rt]/config/shared-buffer-limit-type`] =
    'DYNAMIC_BASED_ON_SCALING_FACTOR';
  leaves[`${shared}/queues/queue[name=rt]/config/dynamic-limit-scaling-factor`] = -3;
  return leaves;
}
