import type { TruthCause } from '@weir/closed-loop';

/** One incident, or one healthy run, to be drawn and played; the seed says which. */
export interface CauseTask {
  readonly truth: TruthCause | 'healthy';
  readonly number: number;
  readonly seed: number;
}

/** What became of an incident; times in ms after its onset. */
export interface IncidentOutcome {
  readonly truth: TruthCause;
  readonly number: number;
  /** For people: how it was drawn. */
  readonly story: string;
  /** Drawn before this one, which did not hurt the objective or found it missed already. */
  readonly redrawn: number;
  /** The objective's quantile after the onset over its threshold. */
  readonly severity: number;
  readonly detectedMs: number | null;
  /** Every cause that was named, in order. */
  readonly named: readonly {
    readonly afterMs: number;
    readonly cause: string;
    /** As it was stated with the name, 0..1. */
    readonly probability?: number;
  }[];
}

/** A run in which nothing goes wrong. */
export interface HealthyOutcome {
  readonly truth: 'healthy';
  readonly number: number;
  readonly redrawn: number;
  readonly hours: number;
  /** Incidents that were opened all the same, by the cause that was named. */
  readonly alarms: readonly string[];
}

export type CauseOutcome = IncidentOutcome | HealthyOutcome;
