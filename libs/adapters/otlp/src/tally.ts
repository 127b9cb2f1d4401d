export const OUTCOMES = ['observed', 'baseline', 'repeated', 'ignored', 'rejected'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface ExportSummary {
  /** Data points of the request by what became of them. */
  readonly points: Readonly<Record<Outcome, number>>;
  /** Distinct reasons of rejection, for the sender. */
  readonly reasons: readonly string[];
}

const MAX_REASONS = 5;

/** Counts what becomes of the points of one request. */
export class Tally implements ExportSummary {
  readonly points: Record<Outcome, number> = {
    observed: 0,
    baseline: 0,
    repeated: 0,
    ignored: 0,
    rejected: 0,
  };
  readonly reasons: string[] = [];

  add(outcome: Outcome, count: number): void {
    this.points[outcome] += count;
  }

  reject(reason: string, count: number): void {
    this.points.rejected += count;
    if (this.reasons.length < MAX_REASONS && !this.reasons.includes(reason))
      this.reasons.push(reason);
  }
}
