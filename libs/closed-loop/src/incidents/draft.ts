import type { ScenarioDocumentInput } from '@weir/contracts';
import type { MeasureMetric } from '../result';

type Spec = ScenarioDocumentInput['spec'];
export type WorkloadInput = Spec['workloads'][number];
export type EventInput = NonNullable<Spec['events']>[number];
export type IntentInput = NonNullable<Spec['intents']>[number];
export type SettingInput = NonNullable<Spec['settings']>[number];
export type QueueInput = NonNullable<Spec['queues']>[number];

/** Whose objective is watched, and what it asks for. */
export interface Sufferer {
  readonly workload: string;
  /** Intent that carries the objective. */
  readonly intent: string;
  readonly metric: MeasureMetric;
  readonly quantile: number;
}

/** What a cause draws; the rest of the scenario is the same for all. */
export interface Draft {
  readonly topology: Spec['topology'];
  readonly queues?: readonly QueueInput[];
  readonly settings: readonly SettingInput[];
  readonly workloads: readonly WorkloadInput[];
  /** What goes wrong, at `onsetMs` and after. */
  readonly events: readonly EventInput[];
  readonly intents: readonly IntentInput[];
  readonly sufferer: Sufferer;
  /** Others whose objectives are watched as well. */
  readonly others?: readonly Sufferer[];
  /** One line for people: how it was drawn. */
  readonly story: string;
}
