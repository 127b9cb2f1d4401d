import type { Policy } from '@weir/core/model';
import { LIMITS } from '@weir/core/state';

/** Life of a lease after its holder died, a restart, and the first look at all switches. */
const TAKEOVER_MS = 15_000;

/**
 * Virtual time within which everything must have ended once the world is whole: somebody leads; a
 * change that had just begun is written, judged and settled, with every try of every operation;
 * what was kept without anybody to renew it is undone, in the same time again.
 */
export function unfinishedMs(policy: Policy, operationTimeoutMs: number): number {
  const { verify, leaseMs, planTtlMs } = policy;
  const tries = LIMITS.retryMaxMs + 4 * operationTimeoutMs;
  const change = 12 * operationTimeoutMs + verify.settleMs + verify.maxMs + tries;
  return TAKEOVER_MS + Math.max(leaseMs, planTtlMs) + 2 * change;
}
