import type { JobTotals } from './job';

/** The totals of a job while they are being counted. */
export class Ledger implements JobTotals {
  iterations = 0;
  requests = 0;
  errors = 0;
  bytes = 0;
  timeoutMs = 0;
  timeouts = 0;
  communicationMs = 0;
  computeMs = 0;

  copy(): Ledger {
    return Object.assign(new Ledger(), this);
  }

  /** A copy that does not change any more. */
  totals(): JobTotals {
    return { ...this };
  }
}
