import { endpointId, type IntentResource } from '@weir/core/model';
import fc from 'fast-check';
import { smallTopology } from '../../small-topology';
import { trainingJob } from '.';
import { COLLECTIVES, collectiveFlows } from './collective-flows';

const resource = (spec: unknown): IntentResource => ({
  apiVersion: 'weir.dev/v1',
  kind: 'TrainingJob',
  metadata: { name: 'llm', labels: {}, generation: 1, createdMs: 0 },
  priority: 100,
  spec,
});
const compile = (spec: unknown) => trainingJob.compile(resource(spec), smallTopology());
const objective = (spec: unknown) => {
  const result = compile(spec);
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.reason}`);
  return result.value.objectives[0];
};
const base = { members: ['gpu1', 'gpu2', 'model2'], collective: 'ring-allreduce' };

describe('TrainingJob', () => {
  it('becomes an objective on the iterations of the workload of its own name', () => {
    expect(objective(base)).toMatchObject({
      id: 'TrainingJob/llm',
      workloads: ['llm'],
      class: 'training',
      metric: 'iteration-time',
      thresholdMs: null,
      flows: [
        { sources: ['gpu1'], destinations: ['gpu2'] },
        { sources: ['gpu2'], destinations: ['model2'] },
        { sources: ['model2'], destinations: ['gpu1'] },
      ],
    });
  });

  it('has the threshold that is stated, or 1.25 periods', () => {
    expect(objective({ ...base, periodMs: 400 })?.thresholdMs).toBe(500);
    expect(objective({ ...base, periodMs: 400, thresholdMs: 450 })?.thresholdMs).toBe(450);
  });

  it('takes members by labels in the order of the topology', () => {
    const spec = { members: { matchLabels: { role: 'trainer' } }, collective: 'all-to-all' };
    expect(objective(spec)?.flows).toEqual([
      { sources: ['gpu1', 'gpu2'], destinations: ['gpu1', 'gpu2'] },
    ]);
  });

  it('sends between workers and parameter servers, both ways', () => {
    const spec = { members: ['gpu1', 'gpu2'], servers: ['web1'], collective: 'parameter-server' };
    expect(objective(spec)?.flows).toEqual([
      { sources: ['gpu1', 'gpu2'], destinations: ['web1'] },
      { sources: ['web1'], destinations: ['gpu1', 'gpu2'] },
    ]);
  });

  it.each([
    ['one member', { ...base, members: ['gpu1'] }, 'spec.members', 'at least 2'],
    ['a member twice', { ...base, members: ['gpu1', 'gpu1'] }, 'spec.members[1]', 'named twice'],
    ['an unknown member', { ...base, members: ['gpu1', 'gpu7'] }, 'spec.members[1]', 'gpu'],
    ['no collective', { members: ['gpu1', 'gpu2'] }, 'spec.collective', 'ring-allreduce'],
    ['servers in a ring', { ...base, servers: ['web1'] }, 'spec.servers', 'only for'],
    [
      'parameter servers missing',
      { ...base, collective: 'parameter-server' },
      'spec.servers',
      'required',
    ],
    [
      'a server that works too',
      { ...base, collective: 'parameter-server', servers: ['gpu1'] },
      'spec.servers',
      'gpu1 is a member too',
    ],
    ['a negative period', { ...base, periodMs: -1 }, 'spec.periodMs', '>0'],
  ])('refuses %s', (_, spec, where, reason) => {
    const result = compile(spec);
    if (result.ok) throw new Error('accepted');
    expect(result.error).toMatchObject({ code: 'intent-invalid', where });
    expect(result.error.reason).toContain(reason);
  });
});

describe('collectiveFlows', () => {
  const members = (n: number) => Array.from({ length: n }, (_, i) => endpointId(`w${i}`));

  it('lets every member of every collective send and receive, to somebody else', () => {
    const cases = fc.tuple(fc.constantFrom(...COLLECTIVES), fc.integer({ min: 2, max: 33 }));
    fc.assert(
      fc.property(cases, ([collective, n]) => {
        const flows = collectiveFlows(collective, members(n), [endpointId('ps')]);
        const senders = new Set(flows.flatMap((flow) => flow.sources));
        const receivers = new Set(flows.flatMap((flow) => flow.destinations));
        for (const member of members(n)) {
          expect(senders).toContain(member);
          expect(receivers).toContain(member);
        }
        // A flow does not send from a member to itself, so one member alone would send nothing.
        for (const { sources, destinations } of flows)
          expect(new Set([...sources, ...destinations]).size).toBeGreaterThan(1);
      }),
    );
  });

  it('does not grow with the pairs of an all-to-all', () => {
    expect(collectiveFlows('all-to-all', members(1024), [])).toHaveLength(1);
  });

  it('has n flows in a ring, 2(n-1) in a tree', () => {
    expect(collectiveFlows('ring-allreduce', members(8), [])).toHaveLength(8);
    expect(collectiveFlows('tree-allreduce', members(8), [])).toHaveLength(14);
  });
});
