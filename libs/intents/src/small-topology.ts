import { deviceId, endpointId, type Topology } from '@weir/core/model';

/** Two leaves on one spine, two hosts on each leaf: enough for the specs of all kinds. */
export function smallTopology(): Topology {
  const link = (leaf: number) => ({
    id: `leaf${leaf}:eth1--spine1:eth${leaf}`,
    a: { device: deviceId(`leaf${leaf}`), interface: 'eth1' },
    b: { device: deviceId('spine1'), interface: `eth${leaf}` },
    capacityBps: 100e9,
  });
  const device = (name: string, role: 'leaf' | 'spine', ports: readonly string[]) => {
    const interfaces = ports.map((port) => [port, { name: port, capacityBps: 100e9 }] as const);
    const value = {
      id: deviceId(name),
      role,
      group: role,
      profile: 'openconfig',
      address: '',
      interfaces: new Map(interfaces),
      weightGridEntries: 64,
      sharedBufferBytes: 0,
      queueOfClass: new Map(),
    };
    return [value.id, value] as const;
  };
  const endpoint = (name: string, leaf: number, port: number, labels: Record<string, string>) => {
    const attachedTo = { device: deviceId(`leaf${leaf}`), interface: `eth${port}` };
    const value = { id: endpointId(name), attachedTo, prefix: `10.${leaf}.${port}.0/24`, labels };
    return [value.id, value] as const;
  };
  return {
    name: 'small',
    revision: 'r1',
    devices: new Map([
      device('leaf1', 'leaf', ['eth1', 'eth10', 'eth11']),
      device('leaf2', 'leaf', ['eth1', 'eth10', 'eth11']),
      device('spine1', 'spine', ['eth1', 'eth2']),
    ]),
    links: [link(1), link(2)],
    endpoints: new Map([
      endpoint('gpu1', 1, 10, { role: 'trainer' }),
      endpoint('gpu2', 2, 10, { role: 'trainer' }),
      endpoint('web1', 1, 11, { role: 'gateway', workload: 'chat' }),
      endpoint('model2', 2, 11, { role: 'inference', workload: 'chat' }),
    ]),
  };
}
