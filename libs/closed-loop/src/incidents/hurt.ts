import type { MeasureResult, RunResult } from '../result';
import type { DrawnIncident } from './draw-incident';

/** What the simulated world knows about how an objective fared, whatever the loop saw. */
export interface Hurt {
  /** Met before the onset, and missed clearly for most of the time after it. */
  readonly hurts: boolean;
  readonly metBefore: boolean;
  /** Share of the time after the onset in which the objective was missed, 0..1. */
  readonly missedRatio: number;
  /** The quantile after the onset over the threshold; NaN where nothing was measured. */
  readonly severity: number;
}

/** What happens takes some seconds to be felt. */
const FELT_MS = 3_000;
/** The loop judges windows of three seconds: one second of trouble is in three of them. */
const WINDOW_SAMPLES = 3;
/** Without a threshold an objective is missed from here on; both as in the default policy. */
const BASELINE_RATIO = 1.25;
const CLEARLY = 1.05;
const MOST_OF_THE_TIME = 0.7;

/** Judges a run whose first measure is that of the objective, as in all drawn incidents. */
export function hurtOf({ scenario, onsetMs, objective }: DrawnIncident, run: RunResult): Hurt {
  const [measure] = run.measures;
  const stated = scenario.intents
    .flatMap(({ compiled }) => compiled.objectives)
    .find(({ id }) => id === objective);
  const before = measure?.windows.before.headline ?? NaN;
  const after = measure?.windows.evaluation.headline ?? NaN;
  const thresholdMs = stated?.thresholdMs ?? before * BASELINE_RATIO;
  const limitMs = thresholdMs * CLEARLY;
  const severity = after / thresholdMs;
  const metBefore = before <= thresholdMs;
  if (measure === undefined) return { hurts: false, metBefore, missedRatio: 0, severity };
  const missed = columnOf(measure).map((value) => (value ?? 0) > limitMs);
  const windows = run.series.atMs.flatMap((atMs, i) =>
    atMs > onsetMs + FELT_MS ? [missed.slice(Math.max(0, i + 1 - WINDOW_SAMPLES), i + 1)] : [],
  );
  const bad = windows.filter((samples) => samples.includes(true)).length;
  const missedRatio = windows.length === 0 ? 0 : bad / windows.length;
  return {
    hurts: metBefore && severity > CLEARLY && missedRatio >= MOST_OF_THE_TIME,
    metBefore,
    missedRatio,
    severity,
  };
}

/** The column of the quantile that the objective is about, or the next one above it. */
function columnOf({ quantile, series }: MeasureResult): readonly (number | null)[] {
  if (quantile <= 0.5) return series.p50;
  return quantile <= 0.95 ? series.p95 : series.p99;
}
