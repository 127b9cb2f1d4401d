import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { deviceId, endpointId } from '@weir/core/model';
import { loadTopology } from './load-topology';

const EXAMPLE = readFileSync(
  join(__dirname, '../../../../examples/topologies/containerlab.clab.yaml'),
  'utf8',
);
interface Lab {
  name: string;
  prefix?: string;
  topology: {
    defaults: { labels: Record<string, unknown> };
    nodes: Record<
      string,
      { kind?: string; labels?: Record<string, unknown>; [k: string]: unknown }
    >;
    links: { endpoints: unknown[]; labels?: Record<string, unknown> }[];
  };
}

function changed(edit: (lab: Lab) => void): string {
  const lab = parse(EXAMPLE) as Lab;
  edit(lab);
  return stringify(lab);
}
const load = (text: string) => {
  const result = loadTopology(text);
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.reason}`);
  return result.value;
};

describe('containerlab files', () => {
  it('give roles by name, addresses by kind, and hosts as endpoints', () => {
    const topology = load(EXAMPLE);
    expect([...topology.devices.values()].map((device) => [device.id, device.role])).toEqual([
      ['leaf1', 'leaf'],
      ['leaf2', 'leaf'],
      ['spine1', 'spine'],
      ['spine2', 'spine'],
    ]);
    const leaf1 = topology.devices.get(deviceId('leaf1'));
    expect(leaf1?.address).toBe('172.20.20.11:57400');
    expect(leaf1?.queueOfClass.get('real-time-inference')).toBe('rt');
    expect(topology.devices.get(deviceId('spine1'))?.group).toBe('core');
    expect(topology.links.map((link) => link.capacityBps)).toEqual([10e9, 10e9, 10e9, 10e9]);
    expect([...topology.endpoints.keys()]).toEqual(['client1', 'server2']);
    expect(topology.endpoints.get(endpointId('client1'))).toEqual({
      id: 'client1',
      attachedTo: { device: 'leaf1', interface: 'ethernet-1/10' },
      prefix: '10.0.1.0/24',
      labels: { app: 'client' },
    });
    expect(leaf1?.interfaces.get('ethernet-1/10')?.capacityBps).toBe(1e9);
  });

  it('give the name that containerlab gives a node without a fixed address', () => {
    const without = (prefix?: string) =>
      load(
        changed((lab) => {
          if (prefix !== undefined) lab.prefix = prefix;
          delete lab.topology.nodes['leaf1']?.['mgmt-ipv4'];
        }),
      ).devices.get(deviceId('leaf1'))?.address;
    expect(without()).toBe('clab-fabric-leaf1:57400');
    expect(without('lab')).toBe('lab-fabric-leaf1:57400');
    expect(without('')).toBe('leaf1:57400');
  });

  it('take links written with node and interface', () => {
    const topology = load(
      changed((lab) => {
        (lab.topology.links[0] as { endpoints: unknown[] }).endpoints = [
          { node: 'leaf1', interface: 'ethernet-1/1' },
          { node: 'spine1', interface: 'ethernet-1/1' },
        ];
      }),
    );
    expect(topology.links[0]?.id).toBe('leaf1:ethernet-1/1--spine1:ethernet-1/1');
  });

  it('leave out links to the host and to what is no part of the fabric', () => {
    const topology = load(
      changed((lab) => {
        lab.topology.links.push({ endpoints: ['leaf1:e9', 'host:veth9'] });
        lab.topology.links.push({ endpoints: ['collector:eth2', 'client1:eth2'] });
      }),
    );
    expect(topology.links).toHaveLength(4);
  });

  const cases: [string, string, string, string][] = [
    ['no nodes', 'name: x\ntopology: {}\n', 'topology.nodes', ''],
    [
      'no capacity anywhere',
      changed((lab) => delete lab.topology.defaults.labels['weir.dev/capacity']),
      'topology.links[0]',
      'weir.dev/capacity',
    ],
    [
      'a capacity without meaning',
      changed((lab) => (lab.topology.links[1]!.labels = { 'weir.dev/capacity': 'fast' })),
      'topology.links[1].labels["weir.dev/capacity"]',
      'units',
    ],
    [
      'an unknown node',
      changed((lab) => (lab.topology.links[1]!.endpoints[1] = 'spine9:e1')),
      'topology.links[1].endpoints[1]',
      'no node is called "spine9"',
    ],
    [
      'a port in two links',
      changed((lab) => (lab.topology.links[1]!.endpoints[0] = 'leaf1:ethernet-1/1')),
      'topology.links[1].endpoints[0]',
      'used by',
    ],
    [
      'a bad prefix of a host',
      changed(
        (lab) => (lab.topology.nodes['client1']!.labels = { 'weir.dev/prefix': '10.0.1.1/24' }),
      ),
      'topology.nodes.client1.labels["weir.dev/prefix"]',
      'write 10.0.1.0/24',
    ],
    [
      'an unknown role',
      changed((lab) => (lab.topology.nodes['leaf1']!.labels = { 'weir.dev/role': 'core' })),
      'topology.nodes.leaf1.labels["weir.dev/role"]',
      'superspine',
    ],
    [
      'a link with one end',
      changed((lab) => lab.topology.links[0]!.endpoints.pop()),
      'topology.links[0].endpoints',
      '',
    ],
  ];
  it.each(cases)('are refused with their own paths: %s', (_, text, where, reason) => {
    const result = loadTopology(text);
    if (result.ok) throw new Error('accepted');
    expect(result.error.code).toBe('topology-invalid');
    expect(result.error.where).toBe(where);
    expect(result.error.reason).toContain(reason);
  });
});
