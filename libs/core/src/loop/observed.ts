import type {
  ChangeId,
  Comparison,
  CompiledIntent,
  ConfigImage,
  DeviceId,
  FrameLayout,
  IncidentId,
  IntentId,
  Objective,
  Policy,
  TelemetryFrame,
} from '../model';
import type { RoutingModel } from '../ports';
import type { DemandHedge } from './network/hedge-state';
import type { ForecastState } from './forecast/state';

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

/** Averages of the columns over some seconds, row by row as in the layout; NaN is unknown. */
export interface Trend {
  readonly layout: FrameLayout;
  readonly atMs: number;
  /** Frames folded in. */
  readonly frames: number;
  readonly txBps: Float64Array;
  /** The latest rates, oldest first: what each port sent and received. */
  readonly recent: readonly {
    readonly atMs: number;
    readonly txBps: Float64Array;
    readonly rxBps: Float64Array;
  }[];
  readonly inErrorRatio: Float64Array;
  /** Pause frames that a port received and sent, each second. */
  readonly pauseRxPps: Float64Array;
  readonly pauseTxPps: Float64Array;
  readonly queueBps: Float64Array;
  readonly depthBytes: Float64Array;
  /** Depths of the last frames, oldest first, and the least of them: what stays. */
  readonly recentDepths: readonly Float64Array[];
  readonly heldBytes: Float64Array;
  readonly peakBytes: Float64Array;
  readonly lossRatio: Float64Array;
  /** Largest of late; fades slowly, since a burst overflows a queue once in some samples. */
  readonly worstLossRatio: Float64Array;
  readonly markRatio: Float64Array;
  readonly prefixBps: Float64Array;
  /** For how long each queue had packets waiting while its port sent less than its rate, ms. */
  readonly stalledMs: Float64Array;
  /** For how long each prefix has had more than a tenth of the port of its host, ms. */
  readonly largeMs: Float64Array;
  /** How fast queues grow; absent where nobody looked. */
  readonly growth?: QueueGrowth;
}

/** By queue: its last sample, and what that and those before it say of how fast it grows. */
export interface QueueGrowth {
  readonly peakBytes: Float64Array;
  /** Controller time of the sample, and the time since the one before it. */
  readonly arrivedMs: Float64Array;
  readonly sampleMs: Float64Array;
  /** How many times the port's rate arrived, at least, while it grew fastest of late; 1: unknown. */
  readonly arrivingRatio: Float64Array;
}

/** What a change that was made before the breach does to the traffic of one frame. */
export interface ForeseenLook {
  readonly frame: number;
  /** Utilisation of the foreseen channel if the old routes were there, by the traffic of now. */
  readonly withoutRatio: number;
  /** Exposure of the objective with the old routes, and as it is. */
  readonly without: number;
  readonly exposure: number;
}

/** Averages of times in which every objective was met, the older first. */
export interface UsualTimes {
  readonly trend: Trend;
  readonly next: Trend;
}

/** What verification remembers of the time before a change. */
export interface Verification {
  readonly startedMs: number;
  /**
   * Time of the first frame since: what it holds arrived in part before the change. NaN until
   * there is one.
   */
  readonly firstFrameMs: number;
  /** Of the change's own objective, in the time before it. */
  readonly beforeMs: readonly number[];
  /** The same as logarithms, less what the series that it is compared with did. */
  readonly before: readonly number[];
  readonly comparisons: readonly Comparison[];
  /** Untouched links that went like it, where no objective did; absent in old recordings. */
  readonly linked?: {
    readonly links: readonly LinkComparison[];
    /** As above, less what the links did. */
    readonly before: readonly number[];
  };
  /** Of the change that this one repeats, as it was made for the first time; counted as well. */
  readonly earlier: readonly number[];
  /** What drove the objective before the change. */
  readonly driver: { readonly loadBps: number; readonly down: readonly string[] };
  /** Absent where what drives the objective does not come and go, and in old recordings. */
  readonly driven?: Driven;
  /** Samples of the other objectives in the time before. */
  readonly othersBeforeMs: ReadonlyMap<string, readonly number[]>;
  readonly lossBefore: number;
  /** Loss on the touched links in the frames since the change settled, and the last of those. */
  readonly lossAfter: readonly number[];
  readonly frame: number;
  /** Pause frames per second at the ports of the written devices, before and in those frames. */
  readonly pauseBeforePps: number;
  readonly pauseAfterPps: readonly number[];
  /** Of a change that was made before the breach: one look for each frame since it settled. */
  readonly foreseen?: readonly ForeseenLook[];
}

/** What is known of a change that was taken back to see whether it had helped; logarithms. */
export interface Switchback {
  readonly before: readonly number[];
  readonly during: readonly number[];
  readonly after: readonly number[];
  readonly comparisons: readonly Comparison[];
  /** Monotonic time at which it was back, and from which samples count; NaN until then. */
  readonly backMs: number;
  readonly fromMs: number;
}

/** A link that a change does not touch and whose load went like the change's own objective. */
export interface LinkComparison {
  readonly channel: string;
  /** How far the logarithm of the objective goes with that of the load, 0..1. */
  readonly weight: number;
  /** Mean logarithm of its load in the time before the change. */
  readonly before: number;
}

/** What drove an objective now and then in the time before a change. */
export interface Driven {
  /** Channels of which one was down; where there are none it was the load on the written devices. */
  readonly down: readonly string[];
  /** From when on that load counts as high. */
  readonly leastBps: number;
  /** Samples of the frames in which it was there, as logarithms less what the comparisons did. */
  readonly before: readonly number[];
}

/** Loads of some links of each kind, of late: the ones that changes may be compared with. */
export interface LinkSample {
  readonly channels: readonly string[];
  /** Oldest first; shares of the capacity, in the order of the channels, NaN unknown. */
  readonly frames: readonly { readonly atMs: number; readonly loads: Float64Array }[];
}

/** Telemetry that cannot all be true. */
export interface Contradiction {
  /** The device that counts wrong, or the two of which one does. */
  readonly devices: readonly DeviceId[];
  /** What was measured, one sentence. */
  readonly evidence: string;
}

/** Stage of a change that has to look well before the next one is written. */
export interface StageProof {
  readonly stage: number;
  /** Monotonic time at which its last device was read back; NaN until then. */
  readonly sinceMs: number;
  /** What was measured before the stage was written. */
  readonly lossBefore: number;
  readonly objectivesBeforeMs: ReadonlyMap<string, number>;
  /** Loss on the touched links in the frames since, and the last of those. */
  readonly lossAfter: readonly number[];
  readonly frame: number;
}

/** What an exact solver was asked about an objective's paths. */
export interface ExactQuestion {
  readonly id: string;
  /** Monotonic. */
  readonly askedMs: number;
  /** `device|prefix` and the next hops of its paths, in the order of the program. */
  readonly commodities: readonly { readonly key: string; readonly interfaces: readonly string[] }[];
  /** The best that the own methods found. */
  readonly utilization: number;
  /** Shares by commodity and path; null while there is none. */
  readonly answer: readonly (readonly number[])[] | null;
  readonly ended: boolean;
}

export interface ExactQuestions {
  readonly byObjective: ReadonlyMap<string, ExactQuestion>;
  readonly asked: number;
  readonly answered: number;
  readonly failed: number;
  /** Why the last one failed; empty while none did. */
  readonly failure: string;
  /** Latest excess of the own methods over their certificate and over the optimum; NaN: none yet. */
  readonly openRatio: number;
  readonly gapRatio: number;
}

export const NO_QUESTIONS: ExactQuestions = {
  byObjective: new Map(),
  asked: 0,
  answered: 0,
  failed: 0,
  failure: '',
  openRatio: NaN,
  gapRatio: NaN,
};

/** Volatile state: lost at a restart, read again from the world. */
export interface ObservedState {
  readonly phase: 'starting' | 'waiting-telemetry' | 'running' | 'holding';
  /** Why nothing may be decided now; empty when the loop may act. */
  readonly holdReason: string;
  readonly frame: TelemetryFrame | null;
  readonly trend: Trend | null;
  /** Null before every objective was met for a while, and after routes were written. */
  readonly usual: UsualTimes | null;
  /** Monotonic time at which routes were last written; what was measured before is of another world. */
  readonly routesChangedMs: number;
  /** Measured last, from that time to averages of nothing older, ms; absent: not yet. */
  readonly effectDelayMs?: number;
  /** What the largest commodities are expected to send; absent before the first frame. */
  readonly demand?: DemandHedge;
  readonly unknownChannels: number;
  /** Null where the policy forecasts nothing, and until there was a frame. */
  readonly forecast: ForecastState | null;
  /** Failures of the methods of decision since the process began, by method. */
  readonly solverFailures: ReadonlyMap<
    string,
    { readonly failures: number; readonly reason: string; readonly atMs: number }
  >;
  /** Latest rates of all ports, oldest first, whatever routes were written meanwhile. */
  readonly rates: Pick<Trend, 'layout' | 'recent'> | null;
  /** Counters that contradict each other; while there are some the loop changes nothing itself. */
  readonly contradictions: readonly Contradiction[];
  readonly compiled: ReadonlyMap<
    IntentId,
    { readonly generation: number; readonly value: CompiledIntent }
  >;
  readonly objectives: ReadonlyMap<string, ObjectiveState>;
  readonly images: ReadonlyMap<DeviceId, ConfigImage>;
  /** Monotonic time of the last image read or of its last attempt. */
  readonly imageAtMs: ReadonlyMap<DeviceId, number>;
  readonly imageAskedMs: ReadonlyMap<DeviceId, number>;
  readonly commitConfirmed: ReadonlyMap<DeviceId, boolean>;
  readonly routing: {
    readonly images: ReadonlyMap<DeviceId, ConfigImage>;
    readonly model: RoutingModel;
  } | null;
  readonly verifications: ReadonlyMap<ChangeId, Verification>;
  readonly switchbacks: ReadonlyMap<ChangeId, Switchback>;
  /** Absent before the first frame, and in old recordings. */
  readonly linkSample?: LinkSample;
  /** Monotonic time at which each channel was last seen down, of late; and the frame of that. */
  readonly downAtMs: ReadonlyMap<string, number>;
  readonly downFrame: number;
  /** The frames of late in which channels were down, and which; absent in old recordings. */
  readonly downFrames?: readonly { readonly atMs: number; readonly down: readonly string[] }[];
  readonly proofs: ReadonlyMap<ChangeId, StageProof>;
  /** Monotonic time before which no candidate is looked for, by incident; ended ones are dropped. */
  readonly searchAgainMs: ReadonlyMap<IncidentId, number>;
  /** Operations handed out and not reported yet, by id, with the monotonic time of hand-out. */
  readonly inFlight: ReadonlyMap<string, number>;
  /** Questions to an exact solver; absent before the first one. */
  readonly exact?: ExactQuestions;
  /** Earliest monotonic time of the next try, by `change/device`. */
  readonly retryAtMs: ReadonlyMap<string, number>;
  /** Until when a write may still arrive of which nobody knows, by `change/device`, monotonic. */
  readonly lateUntilMs: ReadonlyMap<string, number>;
  /** Monotonic time at which this process became the engine. */
  readonly startedMs: number;
  /** Wall time minus monotonic time; null before the first pass. */
  readonly clockOffsetMs: number | null;
}

export const emptyObservedState: ObservedState = {
  phase: 'starting',
  holdReason: 'starting',
  frame: null,
  trend: null,
  usual: null,
  routesChangedMs: -Infinity,
  unknownChannels: 0,
  forecast: null,
  contradictions: [],
  rates: null,
  solverFailures: new Map(),
  compiled: new Map(),
  objectives: new Map(),
  images: new Map(),
  imageAtMs: new Map(),
  imageAskedMs: new Map(),
  commitConfirmed: new Map(),
  routing: null,
  verifications: new Map(),
  switchbacks: new Map(),
  downAtMs: new Map(),
  downFrame: 0,
  proofs: new Map(),
  searchAgainMs: new Map(),
  inFlight: new Map(),
  retryAtMs: new Map(),
  lateUntilMs: new Map(),
  startedMs: -Infinity,
  clockOffsetMs: null,
};
