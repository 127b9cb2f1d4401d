import type { Objective, Policy } from '../../model';

/** One tick of an objective: the quantile of what arrived since the tick before. */
export interface ObjectiveSample {
  readonly atMs: number;
  readonly quantileMs: number;
  /** 99th percentile of the same; absent where nobody asks for it. */
  readonly tailMs?: number;
  readonly count: number;
}

/** Observations from a time on, monotonic ms, and those of them beyond the threshold. */
export interface BurnBin {
  readonly fromMs: number;
  readonly count: number;
  readonly slow: number;
}

export type SymptomState = 'unknown' | 'healthy' | 'pending' | 'breached' | 'clearing';

export interface ObjectiveState {
  readonly objective: Objective;
  /** Bounds of the histograms as they arrive; a sender that changes them starts a new window. */
  readonly boundsMs: readonly number[];
  readonly window: readonly { readonly atMs: number; readonly counts: readonly number[] }[];
  readonly samples: readonly ObjectiveSample[];
  /** Quantile over the window; NaN is unknown. */
  readonly quantileMs: number;
  readonly state: SymptomState;
  readonly sinceMs: number;
  /** Controller times at which the present breach was first seen. */
  readonly firstSeenWallMs: number;
  /** Quantile while healthy, slowly following; NaN until there was one. */
  readonly healthyMs: number;
  /** Median over the window, and while healthy; NaN is unknown. */
  readonly medianMs: number;
  readonly healthyMedianMs: number;
  /** What arrived of late, for burn rates; empty where the policy asks for none. */
  readonly burn: readonly BurnBin[];
  /** Windows judged, and those that met the threshold. */
  readonly windows: number;
  readonly attained: number;
  /** Iteration-time objectives only: where the iterations spend their time. */
  readonly job: JobTimes;
  /** What the workers of the job say of their own compute times, by worker; absent: nothing. */
  readonly workers?: ReadonlyMap<string, WorkerReport>;
}

/** The latest report of a worker of a training job. */
export interface WorkerReport {
  readonly atMs: number;
  readonly meanMs: number;
  /** Width of the buckets that the mean is made of. */
  readonly bucketMs: number;
  /** Median of all other workers at that time; NaN until it was compared. */
  readonly othersMs: number;
  /** Of its last reports, oldest first: how far each was above the others'. */
  readonly deviations: readonly number[];
}

/** Means of an iteration, ms; NaN while unknown. */
export interface JobTimes {
  /** Sums that fade, from which the means are taken. */
  readonly recent: {
    readonly iterationMs: number;
    readonly collectiveMs: number;
    readonly count: number;
  };
  readonly iterationMs: number;
  /** All collectives of an iteration together. */
  readonly collectiveMs: number;
  readonly healthyIterationMs: number;
  readonly healthyCollectiveMs: number;
}

export const UNKNOWN_JOB_TIMES: JobTimes = {
  recent: { iterationMs: 0, collectiveMs: 0, count: 0 },
  iterationMs: NaN,
  collectiveMs: NaN,
  healthyIterationMs: NaN,
  healthyCollectiveMs: NaN,
};

/** Threshold in force, ms: the objective's own, or a multiple of its healthy baseline. */
export function thresholdOf(state: ObjectiveState, detect: Policy['detect']): number {
  return state.objective.thresholdMs ?? state.healthyMs * detect.baselineRatio;
}
