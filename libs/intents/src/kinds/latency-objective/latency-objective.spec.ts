import type { IntentResource } from '@weir/core/model';
import { smallTopology } from '../../small-topology';
import { latencyObjective } from '.';

const base = {
  workloads: ['chat'],
  class: 'real-time-inference',
  thresholdMs: 100,
  flows: [{ sources: ['web1'], destinations: { matchLabels: { role: 'inference' } } }],
};
const resource = (spec: unknown): IntentResource => ({
  apiVersion: 'weir.dev/v1',
  kind: 'LatencyObjective',
  metadata: { name: 'chat', labels: {}, generation: 1, createdMs: 0 },
  priority: 200,
  spec,
});
const compile = (spec: unknown) => latencyObjective.compile(resource(spec), smallTopology());

describe('LatencyObjective', () => {
  it('becomes one objective with both directions of its flows', () => {
    expect(compile(base)).toEqual({
      ok: true,
      value: {
        drains: [],
        objectives: [
          {
            id: 'LatencyObjective/chat',
            intent: 'LatencyObjective/chat',
            priority: 200,
            workloads: ['chat'],
            class: 'real-time-inference',
            metric: 'request-latency',
            quantile: 0.95,
            thresholdMs: 100,
            targetRatio: 0.999,
            flows: [
              { sources: ['web1'], destinations: ['model2'] },
              { sources: ['model2'], destinations: ['web1'] },
            ],
          },
        ],
      },
    });
  });

  it('keeps one direction when asked to', () => {
    const compiled = compile({ ...base, flows: [{ ...base.flows[0], direction: 'forward' }] });
    expect(compiled.ok && compiled.value.objectives[0]?.flows).toHaveLength(1);
  });

  it('takes workload names from endpoint labels', () => {
    const spec = { ...base, workloads: undefined, selector: { matchLabels: { workload: 'chat' } } };
    const compiled = compile(spec);
    expect(compiled.ok && compiled.value.objectives[0]?.workloads).toEqual(['chat']);
  });

  it('parses what it has parsed to the same', () => {
    const once = latencyObjective.parse(base);
    expect(once.ok && latencyObjective.parse(once.value)).toEqual(once);
  });

  it.each([
    ['no mapping', 'fast please', 'spec', 'must be a mapping'],
    ['an unknown field', { ...base, treshold: 5 }, 'spec.treshold', 'did you mean "thresholdMs"?'],
    ['no threshold', { ...base, thresholdMs: undefined }, 'spec.thresholdMs', ''],
    ['a percentage', { ...base, quantile: 95 }, 'spec.quantile', '<1'],
    ['an unknown class', { ...base, class: 'gold' }, 'spec.class', 'interactive'],
    ['no workload', { ...base, workloads: undefined }, 'spec.workloads', 'exactly one of'],
    ['no flow', { ...base, flows: [] }, 'spec.flows', 'at least one flow'],
    [
      'a misspelt endpoint',
      { ...base, flows: [{ sources: ['web'], destinations: ['model2'] }] },
      'spec.flows[0].sources[0]',
      'did you mean "web1"?',
    ],
    [
      'labels that nothing carries',
      { ...base, flows: [{ sources: ['web1'], destinations: { matchLabels: { role: 'x' } } }] },
      'spec.flows[0].destinations.matchLabels',
      'role=x',
    ],
    [
      'no labels',
      { ...base, flows: [{ sources: ['web1'], destinations: { matchLabels: {} } }] },
      'spec.flows[0].destinations.matchLabels',
      'at least one label',
    ],
    [
      'an endpoint that talks to itself',
      { ...base, flows: [{ sources: ['web1'], destinations: ['web1'] }] },
      'spec.flows[0]',
      'the same endpoint',
    ],
    [
      'endpoints without the label',
      { ...base, workloads: undefined, selector: { matchLabels: { role: 'trainer' } } },
      'spec.selector',
      'gpu1 has no label "workload"',
    ],
  ])('refuses %s', (_, spec, where, reason) => {
    const result = compile(spec);
    if (result.ok) throw new Error('accepted');
    expect(result.error).toMatchObject({ code: 'intent-invalid', where });
    expect(result.error.reason).toContain(reason);
  });
});
