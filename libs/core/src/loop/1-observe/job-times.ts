import type { JobTimes, ObjectiveState } from '../observed';

interface Times {
  readonly boundsMs: readonly number[];
  readonly counts: readonly number[];
}

/** How fast recent iterations count for more than older ones, by report. */
const RECENT_GAIN = 0.2;
const HEALTHY_GAIN = 0.05;

/**
 * Folds the iterations and the collectives that a training job reported. Both are kept as sums that
 * fade alike, so that their means are of the same iterations.
 */
export function foldJobTimes(
  { objective, job, state }: ObjectiveState,
  iterations: Times | null,
  collectives: Times | null,
): JobTimes {
  if (objective.metric !== 'iteration-time' || collectives === null) return job;
  const count = total(iterations?.counts ?? []);
  if (count === 0 && total(collectives.counts) === 0) return job;
  const keep = 1 - RECENT_GAIN;
  const recent = {
    iterationMs: job.recent.iterationMs * keep + (iterations === null ? 0 : sumOf(iterations)),
    collectiveMs: job.recent.collectiveMs * keep + sumOf(collectives),
    count: job.recent.count * keep + count,
  };
  if (recent.count === 0) return { ...job, recent };
  const iterationMs = recent.iterationMs / recent.count;
  const collectiveMs = recent.collectiveMs / recent.count;
  const healthy = state === 'healthy' || state === 'unknown';
  return {
    recent,
    iterationMs,
    collectiveMs,
    healthyIterationMs: healthy
      ? follow(job.healthyIterationMs, iterationMs)
      : job.healthyIterationMs,
    healthyCollectiveMs: healthy
      ? follow(job.healthyCollectiveMs, collectiveMs)
      : job.healthyCollectiveMs,
  };
}

const follow = (old: number, value: number): number =>
  Number.isNaN(old) ? value : old + HEALTHY_GAIN * (value - old);

const total = (counts: readonly number[]): number => counts.reduce((sum, n) => sum + n, 0);

/** Sum of a histogram's observations, each bucket at its middle. */
function sumOf({ boundsMs, counts }: Times): number {
  return counts.reduce((sum, count, i) => {
    const upper = boundsMs[i] ?? boundsMs.at(-1) ?? 0;
    const lower = i === 0 ? 0 : (boundsMs[i - 1] ?? upper);
    return sum + (count * (upper + lower)) / 2;
  }, 0);
}
