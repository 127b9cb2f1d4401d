import { PROBLEM_STATUS, type FieldIssue } from '@weir/contracts';

/** Why a request is refused, as in the core's `Refusal`. */
export interface RefusalLike {
  readonly code: string;
  /** One sentence for a person. */
  readonly reason: string;
  /** Path of the offending field, e.g. `spec.threshold` or `query.limit`; empty when none is. */
  readonly where: string;
}

/** Thrown at the edge only: the filter turns it into problem details. */
export class ProblemException extends Error {
  constructor(
    readonly refusal: RefusalLike,
    /** All mistakes of a body, when there are several. */
    readonly issues: readonly FieldIssue[] = [],
    readonly status: number = PROBLEM_STATUS[refusal.code] ?? 500,
  ) {
    super(`${refusal.code}: ${refusal.reason}`);
    this.name = 'ProblemException';
  }
}

export const problem = (code: string, where: string, reason: string): ProblemException =>
  new ProblemException({ code, reason, where });
