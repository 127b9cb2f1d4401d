import type { Objective } from '../../model';
import { UNKNOWN_JOB_TIMES, type JobTimes, type ObjectiveState } from '../observed';
import { foldJobTimes } from './job-times';

const objective = { metric: 'iteration-time' } as Objective;
const boundsMs = [80, 120, 280, 320];
const one = (bucket: number, count = 1) => ({
  boundsMs,
  counts: [0, 0, 0, 0, 0].map((_, i) => (i === bucket ? count : 0)),
});
const stateOf = (job: JobTimes, state: ObjectiveState['state']): ObjectiveState =>
  ({ objective, job, state }) as ObjectiveState;

/** Reports of so many seconds: iterations in one bucket, each with two collectives in another. */
function after(job: JobTimes, state: 'healthy' | 'breached', iterations: number, bucket: number) {
  let times = job;
  for (let i = 0; i < iterations; i++)
    times = foldJobTimes(stateOf(times, state), one(bucket), one(0, 2));
  return times;
}

describe('foldJobTimes', () => {
  it('adds the collectives of an iteration up', () => {
    const times = after(UNKNOWN_JOB_TIMES, 'healthy', 20, 1);
    expect(times.iterationMs).toBeCloseTo(100, 6);
    expect(times.collectiveMs).toBeCloseTo(80, 6);
    expect(times.healthyIterationMs).toBeCloseTo(100, 6);
  });

  it('keeps what was healthy while it is not, and follows what is', () => {
    const healthy = after(UNKNOWN_JOB_TIMES, 'healthy', 20, 1);
    const slow = after(healthy, 'breached', 30, 3);
    expect(slow.iterationMs).toBeGreaterThan(295);
    expect(slow.healthyIterationMs).toBeCloseTo(100, 6);
    expect(slow.collectiveMs).toBeCloseTo(80, 6);
  });

  it('waits for the first iteration, and leaves other objectives alone', () => {
    const early = foldJobTimes(stateOf(UNKNOWN_JOB_TIMES, 'unknown'), null, one(0));
    expect(early.iterationMs).toBeNaN();
    const latency = {
      ...stateOf(UNKNOWN_JOB_TIMES, 'healthy'),
      objective: { metric: 'request-latency' },
    };
    expect(foldJobTimes(latency as ObjectiveState, one(1), one(0))).toBe(UNKNOWN_JOB_TIMES);
  });
});
