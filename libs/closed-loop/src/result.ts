import type {
  Cause,
  ChangeState,
  DeviceDiff,
  Incident,
  PredictedEffect,
  StageTimes,
  SwitchbackRecord,
  VerdictRecord,
} from '@weir/core/model';
import type { JobTotals } from '@weir/sim';

/** Grows when a field changes its meaning or goes; new fields do not count. */
export const RESULT_FORMAT_VERSION = 1;

/**
 * on: the engine decides and writes; suggest: it decides only; observe: it finds incidents and
 * their causes; off: there is none.
 */
export type LoopMode = 'on' | 'suggest' | 'observe' | 'off';

export type MeasureMetric = 'request-latency' | 'iteration-time' | 'collective-time' | 'throughput';

/** Half-open part of a run, virtual ms from its start. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** before: until the first event after the warm-up; evaluation: as the file says; end: the last quarter. */
export interface Windows {
  readonly whole: Window;
  readonly before: Window;
  readonly evaluation: Window;
  readonly end: Window;
}

/** ms, or bits per second for throughput; null where nothing was observed. */
export interface Figures {
  readonly count: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** The quantile that the scenario asks for. */
  readonly headline: number | null;
}

export interface MeasureResult {
  readonly workload: string;
  readonly metric: MeasureMetric;
  readonly unit: 'ms' | 'bps';
  readonly quantile: number;
  readonly windows: Readonly<Record<keyof Windows, Figures>>;
  /** One entry for each sample; of throughput only `mean` is known. */
  readonly series: {
    readonly count: readonly number[];
    readonly mean: readonly (number | null)[];
    readonly p50: readonly (number | null)[];
    readonly p95: readonly (number | null)[];
    readonly p99: readonly (number | null)[];
  };
}

/** Columns over the samples of a run; each value belongs to the interval that ends at `atMs`. */
export interface FabricSeries {
  readonly atMs: readonly number[];
  /** Channels that leave a switch for another one, mean over the interval, 0..1. */
  readonly maxUtilization: readonly number[];
  readonly meanUtilization: readonly number[];
  /** The most utilised channels, at most three. */
  readonly hottest: readonly (readonly { readonly channel: string; readonly ratio: number }[])[];
  /** Largest mean depth of any queue now, and where it is. */
  readonly queueDepthBytes: readonly number[];
  readonly deepestQueue: readonly string[];
  readonly droppedPackets: readonly number[];
  readonly markedPackets: readonly number[];
  /** Largest share of time in which feeders of a lossless queue are paused. */
  readonly maxPauseRatio: readonly number[];
  /** Time that requests and iterations lost to retransmission time-outs in the interval. */
  readonly retransmissionMs: readonly number[];
}

/** What a change did within a window, seen by running the future with it and without it. */
export interface Effect {
  readonly effect: 'improved' | 'no-effect' | 'harmed';
  readonly window: Window;
  /** Objective's quantile; null where the change has none or nothing was observed. */
  readonly withoutMs: number | null;
  readonly withMs: number | null;
  /** with / without - 1; null as above. */
  readonly effectRatio: number | null;
  readonly evidence: readonly string[];
}

/** What a change truly did while it was judged, and what it would do after that. */
export interface Truth extends Effect {
  /** From the verdict on, which is the time that it decides about; null without a verdict. */
  readonly later: Effect | null;
}

export type Score =
  'right' | 'kept-but-useless' | 'kept-but-harmful' | 'undone-but-good' | 'unsettled';

export interface ChangeResult {
  readonly id: string;
  readonly origin: 'rule' | 'intent' | 'operator';
  readonly rule: string | null;
  readonly incident: string | null;
  readonly objective: string | null;
  readonly cause: string | null;
  readonly action: string;
  readonly state: ChangeState;
  readonly reason: string;
  readonly mode: string;
  readonly createdMs: number;
  /** Virtual ms from the start of the run. */
  readonly times: StageTimes;
  readonly devices: readonly string[];
  readonly diffs: readonly DeviceDiff[];
  readonly predicted: PredictedEffect;
  readonly verdict: VerdictRecord | null;
  /** What going back showed; null where that was not asked, or is not known yet. */
  readonly switchback: SwitchbackRecord | null;
  /** Whether a Set was sent to any device. */
  readonly applied: boolean;
  /** `on-trial`: taken back to see what it did, and made again, or not judged yet. */
  readonly outcome: 'kept' | 'undone' | 'on-trial' | 'open' | 'not-applied';
  readonly truth: Truth | null;
  readonly score: Score | null;
}

export interface IncidentResult {
  readonly id: string;
  readonly objective: string;
  readonly state: Incident['state'];
  /** What is wrong with the objective, or that it is expected to be (`foreseen`). */
  readonly symptom: string;
  readonly observedMs: number;
  readonly detectedMs: number;
  readonly diagnosedMs: number | null;
  readonly closedMs: number | null;
  readonly rule: string | null;
  /** Of the last diagnosis, most likely first. */
  readonly causes: readonly Cause[];
  /** The cause that led in each diagnosis, in order of time. */
  readonly named: readonly {
    readonly atMs: number;
    readonly cause: string;
    readonly at: string;
    /** As it was stated then, 0..1. */
    readonly probability?: number;
  }[];
  readonly changes: readonly string[];
  readonly note: string;
}

/** What the controller was asked for at the start of the run. */
export interface ObjectiveResult {
  readonly id: string;
  readonly workloads: readonly string[];
  readonly metric: string;
  readonly quantile: number;
  readonly thresholdMs: number | null;
}

export interface ExpectationResult {
  /** Field of the file, e.g. `spec.expect.kept.max`. */
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
  readonly passed: boolean;
}

export interface RunResult {
  readonly formatVersion: typeof RESULT_FORMAT_VERSION;
  readonly scenario: {
    readonly name: string;
    readonly title: string;
    readonly description: string;
  };
  readonly seed: number;
  readonly loop: LoopMode;
  readonly bound: boolean;
  readonly durationMs: number;
  readonly windows: Windows;
  readonly fabric: { readonly switches: number; readonly links: number; readonly hosts: number };
  readonly measures: readonly MeasureResult[];
  readonly series: FabricSeries;
  readonly events: readonly { readonly atMs: number; readonly text: string }[];
  readonly objectives: readonly ObjectiveResult[];
  readonly incidents: readonly IncidentResult[];
  readonly changes: readonly ChangeResult[];
  readonly jobs: Readonly<Record<string, JobTotals>>;
  /** Checked when the loop is on; empty otherwise. */
  readonly expectations: readonly ExpectationResult[];
  /** What the run took, in units that do not depend on the machine. */
  readonly cost: Readonly<Record<string, number>>;
  /** SHA-256 over the timeline and everything above. */
  readonly digest: string;
}

/** Utilisation of every channel between switches, for drawing; not part of the JSON. */
export interface LinkRecording {
  readonly channels: readonly string[];
  /** One array for each sample: percent by channel, 255 where the link is down. */
  readonly percent: readonly Uint8Array[];
}
