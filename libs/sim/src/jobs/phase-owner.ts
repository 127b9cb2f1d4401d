import type { JobContext, TrainingSpec } from './job';
import type { Ledger } from './ledger';

/** What a phase needs of its job. */
export interface PhaseOwner {
  readonly spec: TrainingSpec;
  readonly context: JobContext;
  readonly ledger: Ledger;
}
