import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { formatIssues } from '../issues';
import { scenarioSchema } from './scenario';

const chat = {
  name: 'chat',
  kind: 'inference',
  clients: ['h1-1'],
  servers: { leaf: 'leaf2', perLeaf: 2 },
  requestsPerSecond: 100,
};
const spec = {
  durationMs: 60_000,
  topology: { leafSpine: { leaves: 2, spines: 2, hostsPerLeaf: 2 } },
  workloads: [chat],
};
const scenario = (fields: object = {}) => ({
  apiVersion: 'weir.dev/v1',
  kind: 'Scenario',
  metadata: { name: 'test' },
  spec: { ...spec, ...fields },
});

function issuesOf(fields: object): [string, string][] {
  const parsed = scenarioSchema.safeParse(scenario(fields));
  if (parsed.success) throw new Error('accepted');
  return formatIssues(parsed.error).map(({ path, message }) => [path, message]);
}
const event = (fields: object) => ({ events: [{ atMs: 1_000, ...fields }] });
const workload = (fields: object) => ({ workloads: [{ ...chat, ...fields }] });

describe('scenario file', () => {
  it('needs a topology, a workload and a duration', () => {
    const { spec: parsed } = scenarioSchema.parse(scenario());
    expect(parsed).toMatchObject({
      seed: 1,
      tickMs: 500,
      sampleIntervalMs: 1_000,
      topology: { hashing: 'per-switch', leafSpine: { linkCapacity: 100e9, sharedBuffer: 32e6 } },
      events: [],
      intents: [],
      policy: { overrides: {} },
      expect: { measures: [] },
    });
    expect(parsed.workloads[0]).toMatchObject({
      started: true,
      class: 'real-time-inference',
      control: 'cubic',
      serviceMs: { median: 9, sigma: 0.2 },
      servers: { leaf: 'leaf2', perLeaf: 2, skip: 0, placement: 'packed' },
    });
  });

  it('takes units where the topology file takes them', () => {
    const { spec: parsed } = scenarioSchema.parse(
      scenario({
        topology: { fatTree: { k: 4, linkCapacity: '400G', sharedBuffer: '64MiB' } },
        workloads: [
          {
            name: 'llm',
            kind: 'training',
            workers: { count: 8 },
            steps: [
              {
                computeMs: 5,
                collective: { algorithm: 'ring-allreduce', bytes: '1GB' },
                repeat: 3,
              },
            ],
          },
        ],
      }),
    );
    expect(parsed.topology.fatTree).toMatchObject({ linkCapacity: 4e11, sharedBuffer: 2 ** 26 });
    expect(parsed.workloads[0]).toMatchObject({ steps: [{ collective: { bytes: 1e9 } }] });
  });

  it('takes the example', () => {
    const file = join(__dirname, '../../../../examples/scenarios/copy-beside-service.yaml');
    const parsed = scenarioSchema.safeParse(parse(readFileSync(file, 'utf8')));
    expect(parsed.success ? [] : formatIssues(parsed.error)).toEqual([]);
  });

  it.each([
    [{ topology: {} }, 'spec.topology', 'needs exactly one of leafSpine'],
    [
      { topology: { file: 'a.yaml', fatTree: { k: 4 } } },
      'spec.topology.file',
      'fatTree and file; exactly one',
    ],
    [{ topology: { fatTree: { k: 5 } } }, 'spec.topology.fatTree.k', 'must be even'],
    [{ topology: { fatTree: { k: 64 } } }, 'spec.topology.fatTree', 'would have 65536 hosts'],
    [
      { topology: { leafSpine: { leaves: 2, spines: 2, hostPerLeaf: 2 } } },
      'spec.topology.leafSpine.hostPerLeaf',
      'did you mean "hostsPerLeaf"',
    ],
    [workload({ kind: 'inferense' }), 'spec.workloads[0].kind', 'one of training, inference'],
    [workload({ requestsPerSecond: -1 }), 'spec.workloads[0].requestsPerSecond', 'Too small'],
    [workload({ clients: [] }), 'spec.workloads[0].clients', 'at least one host'],
    [workload({ responseBytes: '3 apples' }), 'spec.workloads[0].responseBytes', 'size in bytes'],
    [workload({ servers: { perLef: 2 } }), 'spec.workloads[0].servers.perLef', '"perLeaf"'],
    [
      workload({ microBurst: { of: 'requests', periodMs: 5, onMs: 5 } }),
      'spec.workloads[0].microBurst.onMs',
      'below periodMs',
    ],
    [{ workloads: [chat, chat] }, 'spec.workloads[1].name', 'used twice'],
    [event({}), 'spec.events[0]', 'needs exactly one of linkFault'],
    [
      event({ stopWorkload: { name: 'a' }, switchDown: { device: 'b' } }),
      'spec.events[0].stopWorkload',
      'exactly one',
    ],
    [event({ linkFault: { link: 'leaf1:eth1' } }), 'spec.events[0].linkFault', 'needs up'],
    [event({ linkFault: { link: 'leaf1', up: false } }), 'spec.events[0].linkFault.link', 'a link'],
    [
      event({ telemetry: { device: 'leaf1', fault: 'wrong' } }),
      'spec.events[0].telemetry.factor',
      'fault: wrong',
    ],
    [
      { events: [{ atMs: 60_001, stopWorkload: { name: 'chat' } }] },
      'spec.events[0].atMs',
      'after the end of the run',
    ],
    [
      { settings: [{ device: 'leaf1', queue: { scalingFactor: 1, staticLimit: '1MB' } }] },
      'spec.settings[0].queue.staticLimit',
      'not both',
    ],
    [{ expect: { kept: { min: 2, max: 1 } } }, 'spec.expect.kept.min', 'not be above max'],
    [
      { expect: { measures: [{ workload: 'chat' }] } },
      'spec.expect.measures[0]',
      'needs max, min or maxRatioToBefore',
    ],
  ])('refuses %j at the field', (fields, path, message) => {
    expect(issuesOf(fields)).toContainEqual([path, expect.stringContaining(message)]);
  });
});
