import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '@weir/core/base';
import { topologySchema } from '@weir/contracts';
import { parse } from 'yaml';
import { Network } from '../network/network';
import { shortestPathRoutes } from '../network/shortest-paths';
import { splitPort, type FabricSpec } from '../network/spec';
import { fromContainerlab, fromLingjun, fromTopology, type TopologyInput } from '.';

const ROOT = join(__dirname, '../../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

function built(result: Result<FabricSpec>): FabricSpec {
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.reason}`);
  return result.value;
}

function whyNot(result: Result<FabricSpec>): { where: string; reason: string } {
  if (result.ok) throw new Error('accepted');
  return result.error;
}

/** Every switch reaches every prefix. */
function expectConnected(spec: FabricSpec): void {
  new Network(spec);
  for (const { name } of spec.switches) {
    const unreachable = [...shortestPathRoutes(spec, name)].filter(([, hops]) => !hops.length);
    expect(unreachable).toEqual([]);
  }
}

describe('the Lingjun 2023 cluster', () => {
  const csv = read('test/fixtures/lingjun2023/topo.csv');

  it('is a Clos of 847 hosts in 119 racks of three pods', () => {
    const spec = built(fromLingjun(csv));
    expect(spec.endpoints).toHaveLength(847);
    const count = (role: string) => spec.switches.filter((one) => one.role === role).length;
    expect([count('leaf'), count('spine'), count('superspine')]).toEqual([119, 24, 32]);
    expectConnected(spec);
    for (const { attachedTo, labels } of spec.endpoints) {
      expect(splitPort(attachedTo).device).toBe(`${labels['psw']}-${labels['asw']}`);
    }
  });

  it('is cut to whole racks, the last one as far as it is needed', () => {
    const spec = built(fromLingjun(csv, { hosts: 64 }));
    expect(spec.endpoints).toHaveLength(64);
    const full = built(fromLingjun(csv));
    const size = (of: FabricSpec, leaf: string): number =>
      of.endpoints.filter((one) => one.labels['leaf'] === leaf).length;
    const leaves = spec.switches.filter((one) => one.role === 'leaf').map((one) => one.name);
    for (const leaf of leaves.slice(0, -1)) expect(size(spec, leaf)).toBe(size(full, leaf));
    expectConnected(spec);
  });

  it.each([
    ['host,DSW\n', 'line 1'],
    ['ip,DSW,PSW,ASW\n', 'line 2'],
    ['ip,DSW,PSW,ASW\na,G1,P1\n', 'line 2'],
    ['ip,DSW,PSW,ASW\na,G1,P1,S1\nb,G1,,S1\n', 'line 3'],
    ['ip,DSW,PSW,ASW\na,G1,P1,S1\na,G1,P1,S2\n', 'line 3'],
  ])('is refused with the line at fault: %j', (text, where) => {
    expect(whyNot(fromLingjun(text)).where).toBe(where);
  });

  it('does not have more hosts than rows', () => {
    expect(whyNot(fromLingjun(csv, { hosts: 848 })).where).toBe('hosts');
    expect(whyNot(fromLingjun(csv, { hosts: 0 })).where).toBe('hosts');
  });
});

interface LabFile {
  name?: string;
  topology: {
    nodes: Record<string, Record<string, unknown>>;
    links: { endpoints: unknown[]; labels?: Record<string, unknown> }[];
  };
}

describe('containerlab labs', () => {
  const sample = (): LabFile =>
    parse(read('test/fixtures/containerlab/five-stage.clab.yaml')) as LabFile;

  it('without labels have roles by group, name and kind, and default capacities', () => {
    const spec = built(fromContainerlab(sample(), { linkCapacityBps: 40e9, hostCapacityBps: 1e9 }));
    expect(spec.switches.map((one) => one.role)).toEqual([
      ...Array<string>(4).fill('leaf'),
      ...Array<string>(4).fill('spine'),
      ...Array<string>(2).fill('superspine'),
    ]);
    expect(spec.links).toHaveLength(12);
    expect(new Set(spec.links.map((link) => link.capacityBps))).toEqual(new Set([40e9]));
    expect(spec.endpoints.map((one) => [one.name, one.attachedTo])).toEqual([
      ['client1', 'leaf1:e1-3'],
      ['client2', 'leaf2:e1-3'],
      ['client3', 'leaf3:e1-3'],
      ['client4', 'leaf4:e1-3'],
      ['store', 'leaf3:e1-4'],
      ['store-eth2', 'leaf4:e1-4'],
    ]);
    expect(spec.endpoints.every((one) => one.capacityBps === 1e9)).toBe(true);
    expectConnected(spec);
  });

  it('with labels mean what the daemon takes them for', () => {
    const lab = parse(read('examples/topologies/containerlab.clab.yaml')) as unknown;
    const spec = built(fromContainerlab(lab));
    expect(spec.switches.map((one) => [one.name, one.group])).toEqual([
      ['leaf1', 'leaf'],
      ['leaf2', 'leaf'],
      ['spine1', 'core'],
      ['spine2', 'core'],
    ]);
    expect(spec.links.map((link) => link.capacityBps)).toEqual([10e9, 10e9, 10e9, 10e9]);
    expect(spec.endpoints.find((one) => one.name === 'client1')).toEqual({
      name: 'client1',
      attachedTo: 'leaf1:ethernet-1/10',
      prefix: '10.0.1.0/24',
      capacityBps: 1e9,
      labels: { leaf: 'leaf1', app: 'client' },
    });
    expect(spec.queues.map((queue) => queue.name)).toEqual(['rt', 'train']);
    expect(spec.queues[0]?.classes).toEqual(['real-time-inference']);
  });

  const edits: [string, (lab: LabFile) => unknown, string][] = [
    ['no name', (lab) => delete lab.name, 'name'],
    ['no nodes', (lab) => (lab.topology.nodes = {}), 'topology.nodes'],
    [
      'a kind that is no name',
      (lab) => (lab.topology.nodes['leaf1'] = { kind: 7 }),
      'topology.nodes.leaf1.kind',
    ],
    [
      'an unknown node',
      (lab) => (lab.topology.links[1]!.endpoints[1] = 'spine9:e1'),
      'topology.links[1].endpoints[1]',
    ],
    [
      'a port used twice',
      (lab) => (lab.topology.links[1]!.endpoints[0] = 'leaf1:e1-1'),
      'topology.links[1].endpoints[0]',
    ],
    [
      'a link with one end',
      (lab) => lab.topology.links[2]!.endpoints.pop(),
      'topology.links[2].endpoints',
    ],
    [
      'an end without an interface',
      (lab) => (lab.topology.links[2]!.endpoints[0] = 'leaf1'),
      'topology.links[2].endpoints[0]',
    ],
    [
      'a capacity without a meaning',
      (lab) => (lab.topology.links[0]!.labels = { 'weir.dev/capacity': 'fast' }),
      'topology.links[0].labels["weir.dev/capacity"]',
    ],
    [
      'an unknown role',
      (lab) => (lab.topology.nodes['leaf1'] = { labels: { 'weir.dev/role': 'tor' } }),
      'topology.nodes.leaf1.labels["weir.dev/role"]',
    ],
    [
      'one prefix on two leaves',
      (lab) => {
        const labels = { 'weir.dev/prefix': '10.9.0.0/24' };
        lab.topology.nodes['client1'] = { kind: 'linux', labels };
        lab.topology.nodes['client2'] = { kind: 'linux', labels };
      },
      'topology.nodes.client2.labels["weir.dev/prefix"]',
    ],
  ];
  it.each(edits)('are refused with the path at fault: %s', (_, edit, where) => {
    const lab = sample();
    edit(lab);
    expect(whyNot(fromContainerlab(lab)).where).toBe(where);
  });
});

describe('Topology documents', () => {
  const example = (): TopologyInput =>
    topologySchema.parse({
      apiVersion: 'weir.dev/v1',
      kind: 'Topology',
      metadata: { name: 'two' },
      spec: {
        defaults: { queues: { training: 'gold', 'real-time-inference': 'rt', batch: 'be' } },
        devices: [
          { name: 'a', role: 'leaf', interfaces: { e9: { capacity: '10G' } } },
          {
            name: 'b',
            role: 'leaf',
            group: 'edge',
            sharedBuffer: '8MB',
            interfaces: { e9: { capacity: '1G' }, e1: { capacity: '40G' } },
          },
        ],
        links: [{ a: 'a:e1', b: 'b:e1' }],
        endpoints: [
          { name: 'x', attachedTo: 'a:e9', prefix: '10.0.1.0/24' },
          { name: 'y', attachedTo: 'b:e9', prefix: '10.0.2.0/24', labels: { app: 'db' } },
        ],
      },
    });
  type Draft = {
    spec: {
      devices: Record<string, unknown>[];
      links: Record<string, unknown>[];
      endpoints: Record<string, unknown>[];
    };
  };

  it('give the fabric that they describe', () => {
    const spec = built(fromTopology(example(), { sharedBufferBytes: 5e6, propagationUs: 3 }));
    expect(spec.switches.map((one) => [one.name, one.group, one.sharedBufferBytes])).toEqual([
      ['a', 'leaf', 5e6],
      ['b', 'edge', 8e6],
    ]);
    expect(spec.links).toEqual([{ a: 'a:e1', b: 'b:e1', capacityBps: 40e9, propagationUs: 3 }]);
    expect(spec.endpoints.map((one) => one.capacityBps)).toEqual([10e9, 1e9]);
    expect(spec.queues.map((queue) => [queue.name, queue.strict])).toEqual([
      ['rt', true],
      ['be', false],
      ['gold', false],
    ]);
    expect(spec.queues.flatMap((queue) => queue.classes)).toHaveLength(7);
    expectConnected(spec);
  });

  const edits: [string, (document: Draft) => unknown, string][] = [
    ['a name twice', (d) => (d.spec.devices[1]!['name'] = 'a'), 'spec.devices[1].name'],
    ['a link to nowhere', (d) => (d.spec.links[0]!['b'] = 'c:e1'), 'spec.links[0].b'],
    [
      'a link without a capacity',
      (d) => (d.spec.links[0]!['b'] = 'b:e2'),
      'spec.links[0].capacity',
    ],
    [
      'a host on a link',
      (d) => (d.spec.endpoints[0]!['attachedTo'] = 'a:e1'),
      'spec.endpoints[0].attachedTo',
    ],
    [
      'a host on an unknown port',
      (d) => (d.spec.endpoints[0]!['attachedTo'] = 'a:e8'),
      'spec.endpoints[0].attachedTo',
    ],
    [
      'a prefix in two places',
      (d) => (d.spec.endpoints[1]!['prefix'] = '10.0.1.0/24'),
      'spec.endpoints[1].prefix',
    ],
    [
      'other queues on one device',
      (d) => (d.spec.devices[1]!['queues'] = { training: 'x' }),
      'spec.devices[1].queues.training',
    ],
  ];
  it.each(edits)('are refused with the path at fault: %s', (_, edit, where) => {
    const document = example();
    edit(document as unknown as Draft);
    expect(whyNot(fromTopology(document)).where).toBe(where);
  });
});
