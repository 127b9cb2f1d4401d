import type { Cause, CauseName } from '../../model';
import type { Pass } from '../pass';
import { isUsual } from './causes';
import type { Evidence } from './gather';

/** Causes that say that the network is innocent: nothing was found, which takes time to be sure of. */
const INNOCENT: ReadonlySet<CauseName> = new Set(['not-the-network', 'host-limited', 'unknown']);
/** What a burst looks like while it lasts. */
const BURST_LIKE: ReadonlySet<CauseName> = new Set([
  'congestion',
  'interference',
  'standing-queue',
  'buffer-exhaustion',
  'queue-overflow',
  // One that lasts leaves no gaps, in which nothing is known of bursts.
  'elephant-flow',
  'not-the-network',
]);

/**
 * Whether it is too early to name the leading cause: too few samples to acquit the network, or a
 * link that was filled and emptied again, of which the next burst will tell whether it goes on.
 */
export function isPremature(
  pass: Pass,
  { state, bursts, limits }: Evidence,
  causes: readonly Cause[],
) {
  if (state.state !== 'breached') return false;
  const sinceMs = pass.now.wallMs - state.firstSeenWallMs;
  const [first] = causes;
  const leading = first?.name ?? 'unknown';
  const acquits = first === undefined || INNOCENT.has(leading) || isUsual(first);
  if (acquits && sinceMs < limits.acquitMs) return true;
  return bursts !== null && BURST_LIKE.has(leading) && sinceMs < limits.burstsMs;
}
