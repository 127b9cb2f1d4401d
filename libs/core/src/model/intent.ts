import type { IntentId } from './ids';

export const API_VERSION = 'weir.dev/v1';

/** Author of intents that come from the files of the configuration. */
export const CONFIG_AUTHOR = 'config';

/** Evidence-graded condition: `unknown` is an answer, and never shown as true. */
export interface Condition {
  readonly type: string;
  readonly status: 'true' | 'false' | 'unknown';
  /** CamelCase word for machines. */
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionMs: number;
}

/** A declarative resource: what is wanted (spec) and what is evidenced (status, kept apart). */
export interface IntentResource {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    /** Grows by one with each accepted change of the spec. */
    readonly generation: number;
    readonly createdMs: number;
  };
  /** Higher wins in a conflict; 0..1000, default 100. */
  readonly priority: number;
  readonly spec: unknown;
}

export interface IntentStatus {
  readonly id: IntentId;
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  /** Figures behind the conditions, e.g. p95Ms, attainedRatio, windows. */
  readonly figures: Readonly<Record<string, number | null>>;
}
