import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { TopologyDocumentInput } from '@weir/contracts';
import { deviceId, endpointId } from '@weir/core/model';
import { loadTopology, MAX_TOPOLOGY_CHARACTERS } from './load-topology';

const EXAMPLE = readFileSync(
  join(__dirname, '../../../../examples/topologies/leaf-spine.yaml'),
  'utf8',
);
type Spec = TopologyDocumentInput['spec'];
const at = <T>(items: readonly T[] | undefined, i: number): T => items?.[i] as T;

function changed(edit: (spec: Spec) => void): string {
  const document = parse(EXAMPLE) as TopologyDocumentInput;
  edit(document.spec);
  return stringify(document);
}

const load = (text: string) => {
  const result = loadTopology(text);
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.reason}`);
  return result.value;
};

describe('loadTopology', () => {
  it('reads the example', () => {
    const topology = load(EXAMPLE);
    expect(topology.devices.size).toBe(6);
    expect(topology.links).toHaveLength(8);
    expect(topology.links[0]).toEqual({
      id: 'leaf1:eth1--spine1:eth1',
      a: { device: 'leaf1', interface: 'eth1' },
      b: { device: 'spine1', interface: 'eth1' },
      capacityBps: 100e9,
    });
    const leaf1 = topology.devices.get(deviceId('leaf1'));
    expect(leaf1).toMatchObject({
      role: 'leaf',
      group: 'leaf',
      profile: 'openconfig',
      address: '192.0.2.11:9339',
      weightGridEntries: 64,
      sharedBufferBytes: 64e6,
    });
    expect([...(leaf1?.interfaces.keys() ?? [])]).toEqual(['eth10', 'eth11', 'eth1', 'eth2']);
    expect(leaf1?.queueOfClass.get('training')).toBe('train');
    expect(topology.endpoints.get(endpointId('gpu1'))?.attachedTo.interface).toBe('eth10');
  });

  it('gives the same revision for the same content and another one for other content', () => {
    const { revision } = load(EXAMPLE);
    expect(revision).toMatch(/^[0-9a-f]{64}$/);
    expect(load(`# a comment\n${stringify(parse(EXAMPLE))}`).revision).toBe(revision);
    const other = changed((spec) => (at(spec.links, 0).capacity = '40G'));
    expect(load(other).revision).not.toBe(revision);
    const own = loadTopology(EXAMPLE, 'weir', (text) => `own-${text.length}`);
    expect(own.ok && own.value.revision).toMatch(/^own-\d+$/);
  });

  it('lets a device override the defaults', () => {
    const text = changed((spec) => {
      Object.assign(at(spec.devices, 0), {
        group: 'pod1',
        weightGridEntries: 16,
        sharedBuffer: '32MiB',
        queues: { training: 'q3' },
      });
    });
    const device = load(text).devices.get(deviceId('leaf1'));
    expect(device).toMatchObject({ group: 'pod1', weightGridEntries: 16 });
    expect(device?.sharedBufferBytes).toBe(32 * 2 ** 20);
    expect(device?.queueOfClass.get('training')).toBe('q3');
    expect(device?.queueOfClass.get('batch')).toBe('batch');
  });

  it('keeps colons and slashes in interface names', () => {
    const text = changed((spec) => (at(spec.links, 0).a = 'leaf1:Ethernet1/1:2'));
    expect(load(text).links[0]?.a).toEqual({ device: 'leaf1', interface: 'Ethernet1/1:2' });
  });

  const cases: [string, string, string, string][] = [
    ['bad YAML', 'spec: [', 'line 1', 'Flow sequence'],
    ['something else', 'kind: Policy\n', 'apiVersion', 'weir.dev/v1'],
    ['a list', '- a\n', '(root)', 'must be a mapping'],
    ['too long a text', ' '.repeat(MAX_TOPOLOGY_CHARACTERS + 1), '(root)', 'longer than'],
    [
      'an unknown field',
      changed((spec) => Object.assign(at(spec.devices, 1), { rol: 'leaf' })),
      'spec.devices[1].rol',
      'did you mean "role"?',
    ],
    [
      'an unknown role',
      changed((spec) => (at(spec.devices, 1).role = 'core' as 'leaf')),
      'spec.devices[1].role',
      'superspine',
    ],
    [
      'a capacity without meaning',
      changed((spec) => (at(spec.links, 3).capacity = '100 Gbps')),
      'spec.links[3].capacity',
      'units K, M, G, T',
    ],
    [
      'a capacity of zero',
      changed((spec) => (at(spec.links, 3).capacity = 0)),
      'spec.links[3].capacity',
      'capacity in bits per second',
    ],
    [
      'a port without interface',
      changed((spec) => (at(spec.links, 0).b = 'spine1')),
      'spec.links[0].b',
      'device:interface',
    ],
    [
      'a device twice',
      changed((spec) => (at(spec.devices, 1).name = 'leaf1')),
      'spec.devices[1].name',
      'exists already',
    ],
    [
      'an address twice',
      changed((spec) => (at(spec.devices, 1).address = '192.0.2.11:9339')),
      'spec.devices[1].address',
      'address of leaf1',
    ],
    [
      'an address without port',
      changed((spec) => (at(spec.devices, 1).address = '192.0.2.11')),
      'spec.devices[1].address',
      'host:port',
    ],
    [
      'a link to nowhere',
      changed((spec) => (at(spec.links, 2).b = 'spin1:eth2')),
      'spec.links[2].b',
      'did you mean "spine1"?',
    ],
    [
      'a port in two links',
      changed((spec) => (at(spec.links, 1).a = 'leaf1:eth1')),
      'spec.links[1].a',
      'leaf1:eth1 is used by the link leaf1:eth1--spine1:eth1 already',
    ],
    [
      'a link from a device to itself',
      changed((spec) => (at(spec.links, 1).b = 'leaf1:eth9')),
      'spec.links[1].b',
      'both ends are on leaf1',
    ],
    [
      'a link without any capacity',
      changed((spec) => delete at(spec.links, 1).capacity),
      'spec.links[1].capacity',
      'required',
    ],
    [
      'capacities that contradict each other',
      changed((spec) => (at(spec.devices, 0).interfaces = { eth1: { capacity: '40G' } })),
      'spec.links[0].capacity',
      'leaf1:eth1 40000000000 bps; they must be the same',
    ],
    [
      'an endpoint twice',
      changed((spec) => (at(spec.endpoints, 1).name = 'gpu1')),
      'spec.endpoints[1].name',
      'exists already',
    ],
    [
      'an endpoint on no device',
      changed((spec) => (at(spec.endpoints, 1).attachedTo = 'leaf9:eth10')),
      'spec.endpoints[1].attachedTo',
      'no device is called "leaf9"',
    ],
    [
      'an endpoint on no interface',
      changed((spec) => (at(spec.endpoints, 1).attachedTo = 'leaf2:eth99')),
      'spec.endpoints[1].attachedTo',
      'leaf2 has no interface "eth99"',
    ],
    [
      'an endpoint on a link port',
      changed((spec) => (at(spec.endpoints, 1).attachedTo = 'leaf2:eth1')),
      'spec.endpoints[1].attachedTo',
      'leaf2:eth1 belongs to the link leaf2:eth1--spine1:eth2',
    ],
    [
      'a prefix with host bits',
      changed((spec) => (at(spec.endpoints, 1).prefix = '10.0.2.7/24')),
      'spec.endpoints[1].prefix',
      'write 10.0.2.0/24',
    ],
    [
      'a prefix that is none',
      changed((spec) => (at(spec.endpoints, 1).prefix = '10.0.256.0/24')),
      'spec.endpoints[1].prefix',
      'an IPv4 prefix',
    ],
    [
      'a prefix on two devices',
      changed((spec) => (at(spec.endpoints, 1).prefix = '10.0.1.0/24')),
      'spec.endpoints[1].prefix',
      'attached to leaf1 already',
    ],
    [
      'a queue of no class',
      changed((spec) => (spec.defaults = { queues: { gold: 'q1' } as never })),
      'spec.defaults.queues.gold',
      '',
    ],
  ];
  it.each(cases)('refuses %s', (_, text, where, reason) => {
    const result = loadTopology(text);
    if (result.ok) throw new Error('accepted');
    expect(result.error.code).toBe('topology-invalid');
    expect(result.error.where).toContain(where);
    expect(result.error.reason).toContain(reason);
  });

  it('reads 20,000 links in one pass over the file', () => {
    const devices = Array.from({ length: 400 }, (_, i) => ({
      name: `d${i}`,
      role: i < 200 ? 'leaf' : 'spine',
    }));
    const links = Array.from({ length: 20_000 }, (_, i) => {
      const leaf = i % 200;
      const spine = 200 + Math.floor(i / 200);
      return { a: `d${leaf}:e${spine}`, b: `d${spine}:e${leaf}`, capacity: '400G' };
    });
    const document = { apiVersion: 'weir.dev/v1', kind: 'Topology', metadata: { name: 'big' } };
    const topology = load(JSON.stringify({ ...document, spec: { devices, links } }));
    expect(topology.links).toHaveLength(20_000);
  });
});
