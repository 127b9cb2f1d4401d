import { ok } from '@weir/core/base';
import { built, noFiles, smallScenario } from '../testing/small-scenario';
import { buildScenario, parseScenario } from './scenario';

const base = smallScenario();
/** The small scenario with one text in it replaced by another. */
const withText = (from: string, to: string): string => {
  if (!base.includes(from)) throw new Error(`"${from}" is not in the scenario`);
  return base.replace(from, to);
};
function refusal(text: string): { readonly where: string; readonly reason: string } {
  const document = parseScenario(text);
  if (!document.ok) return document.error;
  const scenario = buildScenario(document.value, { readText: noFiles });
  if (scenario.ok) throw new Error('accepted');
  return scenario.error;
}

describe('building a scenario', () => {
  it('resolves hosts, routes and intents', () => {
    const { jobs, settings, intents, timeline, topology } = built(base);
    expect(jobs.map((job) => job.hosts)).toEqual([
      { clients: ['h1-1', 'h1-2'], servers: ['h2-1', 'h2-2'] },
      { sources: ['h2-3', 'h2-4'], destinations: ['h3-1', 'h3-2'] },
    ]);
    expect(settings.get('leaf2')?.routes.get('10.1.1.0/24')).toEqual([
      { interface: 'eth1', weight: 60 },
      { interface: 'eth2', weight: 1 },
      { interface: 'eth3', weight: 1 },
    ]);
    expect(intents[0]?.compiled.objectives[0]?.flows[0]).toEqual({
      sources: ['h1-1', 'h1-2'],
      destinations: ['h2-1', 'h2-2'],
    });
    expect(timeline.map(({ atMs, text }) => [atMs, text])).toEqual([[10_000, 'copy starts']]);
    expect(topology.links).toHaveLength(12);
  });

  it('spells out flaps and reboots, and leaves out what comes after the end', () => {
    const events = `events:
    - { atMs: 1000, flap: { link: leaf1--spine1, periodMs: 2000, downMs: 500, times: 2 } }
    - { atMs: 39000, note: power, reboot: { device: spine2, downMs: 5000 } }`;
    const { timeline } = built(withText('events:', events));
    const link = 'leaf1:eth1--spine1:eth1';
    expect(timeline.map(({ atMs, text }) => `${atMs} ${text}`)).toEqual([
      `1000 ${link} goes down`,
      `1500 ${link} comes back`,
      `3000 ${link} goes down`,
      `3500 ${link} comes back`,
      '10000 copy starts',
      '39000 power (spine2 goes down)',
    ]);
  });

  it.each([
    ['packed', ['h1-2', 'h1-3', 'h2-2']],
    ['striped', ['h1-2', 'h2-2', 'h3-2']],
  ])('places hosts %s', (placement, expected) => {
    const clients = `clients: { leaf: leaf1-3, perLeaf: 2, skip: 1, count: 3, placement: ${placement} }`;
    const { jobs } = built(withText('clients: { leaf: leaf1, perLeaf: 2 }', clients));
    expect(jobs[0]?.hosts['clients']).toEqual(expected);
  });

  it('random placement follows from the seed, and unused hosts are unused', () => {
    const text = withText(
      'destinations: { leaf: leaf3, perLeaf: 2 }',
      'destinations: { unused: true, count: 8, placement: random }',
    );
    const hosts = (seed: number) => built(text, seed).jobs[1]?.hosts['destinations'] ?? [];
    expect(hosts(1)).toEqual(hosts(1));
    expect(hosts(1)).not.toEqual(hosts(2));
    for (const taken of ['h1-1', 'h1-2', 'h2-1', 'h2-2']) expect(hosts(3)).not.toContain(taken);
  });

  it('overrides fields of the policy and rules by name', () => {
    const rules = 'rules: { reroute: { cooldownMs: 1 }, buffer: null }\n      detect:';
    const { policy } = built(withText('detect:', rules));
    expect(policy.detect.holdMs).toBe(3_000);
    expect(policy.rules.find((rule) => rule.name === 'reroute')?.cooldownMs).toBe(1);
    expect(policy.rules.map((rule) => rule.name)).not.toContain('buffer');
  });

  it.each([
    ['durationMs: 40000', 'durationMs: soon', 'spec.durationMs'],
    ['kind: Scenario', 'kind: [Scenario', 'line '],
    ['leaves: 4', 'leaves: 1000, hashing: shared', 'spec.topology.leafSpine.hashing'],
    ['clients: { leaf: leaf1,', 'clients: { leaf: leef1,', 'spec.workloads[0].clients.leaf'],
    ['perLeaf: 2, skip: 2', 'perLeaf: 2, skip: 4', 'spec.workloads[1].sources'],
    ['perLeaf: 2, skip: 2', 'count: 5', 'spec.workloads[1].sources.count'],
    [
      'clients: { leaf: leaf1, perLeaf: 2 }',
      'clients: [h1-1, h9-1]',
      'spec.workloads[0].clients[1]',
    ],
    [
      'clients: { leaf: leaf1, perLeaf: 2 }',
      'clients: [h1-1, h1-1]',
      'spec.workloads[0].clients[1]',
    ],
    ['name: api, kind', 'name: api, queue: gold, kind', 'spec.workloads[0].queue'],
    [
      'startWorkload: { name: copy }',
      'startWorkload: { name: cpoy }',
      'spec.events[0].startWorkload.name',
    ],
    [
      'startWorkload: { name: copy }',
      'linkFault: { link: leaf1--leaf2, up: false }',
      'spec.events[0].linkFault.link',
    ],
    [
      'startWorkload: { name: copy }',
      'linkFault: { link: leaf1--spine1, from: leaf2, up: false }',
      'spec.events[0].linkFault.from',
    ],
    [
      'startWorkload: { name: copy }',
      'switchDown: { device: spine9 }',
      'spec.events[0].switchDown.device',
    ],
    [
      'startWorkload: { name: copy }',
      'telemetry: { device: core*, fault: silent }',
      'spec.events[0].telemetry.device',
    ],
    ['to: leaf1, weights: { spine1', 'to: leaf9, weights: { spine1', 'spec.settings[0].route.to'],
    ['spine2: 1, spine3: 1', 'spine9: 1, spine3: 1', 'spec.settings[0].route.weights.spine9'],
    [
      'hostsOf: api.clients',
      'hostsOf: api.client',
      'spec.intents[0].spec.flows[0].sources.hostsOf',
    ],
    ['thresholdMs: 25', 'thresholdMs: -1', 'spec.intents[0].spec.thresholdMs'],
    ['kind: LatencyObjective', 'kind: LatencyObjektive', 'spec.intents[0].kind'],
    ['holdMs: 3000', 'holdMs: -3', 'spec.policy.overrides.detect.holdMs'],
    [
      'detect:',
      'rules: { rerout: { cooldownMs: 1 } }\n      detect:',
      'spec.policy.overrides.rules.rerout',
    ],
    [
      'detect:',
      'rules: { reroute: { when: "slo.nothing > 1" } }\n      detect:',
      'spec.policy.overrides.rules.reroute.when',
    ],
    ['overrides:', 'file: nowhere.yaml\n    overrides:', 'spec.policy.file'],
    [
      'expect: {',
      'measures: [{ workload: copy, metric: iteration-time }]\n  expect: {',
      'spec.measures[0].metric',
    ],
    ['expect: {', 'evaluation: { fromMs: 9, toMs: 8 }\n  expect: {', 'spec.evaluation'],
  ])('refuses %j changed to %j', (from, to, where) => {
    const found = refusal(withText(from, to));
    expect(found.where).toContain(where);
    expect(found.reason).not.toBe('');
  });

  it('says which name may be meant', () => {
    const { reason } = refusal(withText('{ name: copy }', '{ name: cpoy }'));
    expect(reason).toBe('no workload is called "cpoy"; did you mean "copy"?');
  });

  it('reads topologies from files, and names the file that is wrong', () => {
    const document = parseScenario(
      base.replace(/topology:\n.*\n/, 'topology: { file: fabric.yaml }\n'),
    );
    if (!document.ok) throw new Error(document.error.reason);
    const result = buildScenario(document.value, { readText: () => ok('kind: Topology') });
    expect(result).toMatchObject({ ok: false, error: { where: 'spec.topology.file' } });
    if (!result.ok) expect(result.error.reason).toContain('fabric.yaml: apiVersion');
  });
});
