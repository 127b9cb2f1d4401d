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

/** So many times as long a link is looked at on which something seems to be missing. */
const HINTED = 1.25;

/**
 * Whether it is too early to name the leading cause: too few samples to acquit the network, or a
 * link that was filled and emptied again, of which the next burst will tell whether it goes on.
 */
export function isPremature(
  pass: Pass,
  { state, bursts, limits, channels }: Evidence,
  causes: readonly Cause[],
) {
  if (state.state !== 'breached') return false;
  const sinceMs = pass.now.wallMs - state.firstSeenWallMs;
  const [first] = causes;
  const leading = first?.name ?? 'unknown';
  const acquits = first === undefined || INNOCENT.has(leading) || isUsual(first);
  const hinted = channels.some(({ grayHint, toHost }) => grayHint === true && !toHost);
  if (acquits && sinceMs < limits.acquitMs * (hinted ? HINTED : 1)) return true;
  return bursts !== null && BURST_LIKE.has(leading) && sinceMs < limits.burstsMs;
}
