/** What a change will have taught once it is judged; written down when it is proposed. */
export interface Lesson {
  /** Cause that it was to remove. */
  readonly cause: string;
  /** Type of the rule's action (`reroute`, `avoid`, `ecn`...), or `undo`. */
  readonly action: string;
  /** Traffic class and layer, e.g. `training/leaf`. */
  readonly context: string;
  /** Policy of the time: what was known before counts half after this long, ms. */
  readonly halfLifeMs: number;
}

/** How often an action helped against a cause in a context; older verdicts count less. */
export interface Experience {
  readonly cause: string;
  readonly action: string;
  readonly context: string;
  /**
   * Verdicts that improved, and that did not; each counts one when it comes, an inconclusive one
   * half a failure, and fades.
   */
  readonly helped: number;
  readonly failed: number;
  /** Wall time as of which the counts are, ms since the epoch. */
  readonly atMs: number;
  /** Verdicts ever counted; does not fade. */
  readonly verdicts: number;
}

export interface LearningPolicy {
  /** Whether what was learned may change which option is tried first; it is counted anyway. */
  readonly enabled: boolean;
  /** Least chance, 0..1, of every option that learning would put behind another. */
  readonly floor: number;
  /** Time in which a verdict loses half of its weight, ms. */
  readonly halfLifeMs: number;
}

export const LEARNING_DEFAULTS: LearningPolicy = {
  enabled: true,
  floor: 0.05,
  halfLifeMs: 2_592_000_000,
};
