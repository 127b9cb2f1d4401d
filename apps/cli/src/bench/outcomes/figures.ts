import type { ChangeResult, Score } from '@weir/closed-loop';

/** The three worlds that every seed is played in. */
export const VARIANTS = ['off', 'on', 'bound'] as const;
export type Variant = (typeof VARIANTS)[number];

/** What is measured, of one workload or of the whole fabric. */
export const MEASURES = {
  'collective-time': { unit: 'ms', better: 'less' },
  'iterations-per-second': { unit: '1/s', better: 'more' },
  'latency-p50': { unit: 'ms', better: 'less' },
  'latency-p95': { unit: 'ms', better: 'less' },
  'latency-p99': { unit: 'ms', better: 'less' },
  /** Share of the samples in which the quantile of the objective was within its threshold. */
  'sla-met': { unit: 'ratio', better: 'more' },
  throughput: { unit: 'Gb/s', better: 'more' },
  /** Waited for retransmission time-outs by all requests and iterations, for each second. */
  'retransmission-time': { unit: 'ms/s', better: 'less' },
  /** How long the feeders of the most paused queue stand still in each second. */
  'pfc-pause-time': { unit: 'ms/s', better: 'less' },
  /** Of the most utilised link between switches, mean over the samples. */
  'max-utilisation': { unit: 'ratio', better: 'less' },
} as const;
export type Measure = keyof typeof MEASURES;
export const MEASURE_NAMES = Object.keys(MEASURES) as Measure[];

/** One number of one run; `workload` is empty for the whole fabric. */
export interface Figure {
  readonly workload: string;
  readonly measure: Measure;
  readonly value: number;
}

/** One change that reached a device, with what the loop made of it and what was true. */
export interface ChangeOutcome {
  readonly id: string;
  readonly action: string;
  readonly outcome: ChangeResult['outcome'];
  /** As the loop judged it: improved, no-effect, harmed, inconclusive; null: not judged. */
  readonly verdict: string | null;
  /** That judgement against the future with and without the change; null: the truth is unknown. */
  readonly score: Score | null;
  /** Objective with the change over that without it, minus 1; null: unknown. */
  readonly trueEffectRatio: number | null;
}

export interface RunTask {
  readonly file: string;
  readonly seed: number;
  readonly variant: Variant;
}

export interface RunOutcome {
  readonly scenario: string;
  readonly title: string;
  readonly seed: number;
  readonly variant: Variant;
  /** From the first event on, the time until the loop acted included. */
  readonly incident: readonly Figure[];
  /** Over the last quarter of the run. */
  readonly settled: readonly Figure[];
  readonly changes: readonly ChangeOutcome[];
  /** First cause of each incident, in the order in which they opened. */
  readonly causes: readonly string[];
  /** Expectations of the file that did not hold; checked with the loop on. */
  readonly unmet: readonly string[];
  /** Time that the run took, ms. */
  readonly costMs: number;
  /** The digest of the run: the same seed gives the same one. */
  readonly digest: string;
}
