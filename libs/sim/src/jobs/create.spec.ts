import { createJob, queueOf } from './create';
import type { JobSpec } from './job';
import { attack, bulk, inference, training, transfers } from './testing/specs';
import { contextOn } from './testing/still-network';

const ring = { algorithm: 'ring-allreduce', bytes: 1e6 } as const;

describe('creating a job', () => {
  it.each<JobSpec>([training(ring), inference(), bulk(), transfers(), attack()])(
    'accepts $kind',
    (spec) => {
      const made = createJob(spec, contextOn());
      expect(made.ok && made.value.spec).toBe(spec);
    },
  );

  it.each<[string, JobSpec]>([
    ['workers', training(ring, { workers: [] })],
    ['workers[1]', training(ring, { workers: ['h1-1', 'nobody'] })],
    ['connections', training(ring, { connections: 1.5 })],
    ['computeJitter', training(ring, { computeJitter: NaN })],
    ['iterations', training(ring, { iterations: 0 })],
    ['minRtoMs', training(ring, { minRtoMs: 0 })],
    ['hostLimitBps', training(ring, { hostLimitBps: -1 })],
    ['steps', training(null, { steps: [] })],
    ['steps', training(null, { steps: [{ computeMs: 0, collective: null }] })],
    ['steps', training(ring, { workers: ['h1-1'], steps: [{ computeMs: 0, collective: ring }] })],
    ['steps[0].computeMs', training(null, { steps: [{ computeMs: -1, collective: null }] })],
    ['steps[0].collective.bytes', training({ ...ring, bytes: Infinity })],
    ['steps[0].collective.groups.size', training({ ...ring, groups: { size: 0, stride: 1 } })],
    [
      'steps[0].collective.servers[0]',
      training({ algorithm: 'parameter-server', bytes: 1, servers: ['nobody'] }),
    ],
    [
      'steps[0].collective.groupSize',
      training({ algorithm: 'hierarchical-allreduce', bytes: 1, groupSize: 0 }),
    ],
    ['stragglers.workers[0]', training(ring, { stragglers: { workers: ['h1-4'], slowdown: 2 } })],
    ['stragglers.slowdown', training(ring, { stragglers: { workers: ['h1-1'], slowdown: 0.5 } })],
    ['clients', inference({ clients: [] })],
    ['servers[0]', inference({ servers: ['nobody'] })],
    ['servers[0]', inference({ servers: ['h1-1'] })],
    ['requestsPerSecond', inference({ requestsPerSecond: NaN })],
    ['microBurst.periodMs', inference({ microBurst: { of: 'requests', periodMs: 1, onMs: 2 } })],
    ['profile[1].scale', inference({ profile: [0, -1].map((scale, atMs) => ({ atMs, scale })) })],
    ['profile[1].atMs', inference({ profile: [5, 5].map((atMs) => ({ atMs, scale: 1 })) })],
    ['sources', bulk({ sources: [] })],
    ['destinations[0]', bulk({ destinations: ['h1-1'] })],
    ['streams', bulk({ streams: 0 })],
    ['rateLimitBps', bulk({ rateLimitBps: 0 })],
    ['totalBytes', bulk({ totalBytes: -5 })],
    ['transfersPerSecond', transfers({ transfersPerSecond: 0 })],
    ['meanBytes', transfers({ meanBytes: 0 })],
    ['shape', transfers({ shape: 1 })],
    ['bps', attack({ bps: -1 })],
  ])('refuses a bad %s and says where it is', (field, spec) => {
    const made = createJob(spec, contextOn());
    expect(made.ok ? null : made.error).toMatchObject({
      code: 'request-invalid',
      where: `workloads.job.${field}`,
    });
  });

  it('finds the queue of a class or by its name', () => {
    const { queues } = contextOn().network.spec;
    expect(queueOf(training(ring), queues)).toEqual({ ok: true, value: 1 });
    expect(queueOf({ ...training(ring), queue: 'be' }, queues)).toEqual({ ok: true, value: 2 });
    const refused = queueOf({ ...training(ring), queue: 'none' }, queues);
    expect(refused.ok ? null : refused.error.where).toBe('workloads.job.queue');
  });
});
