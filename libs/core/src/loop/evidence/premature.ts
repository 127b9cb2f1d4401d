import type { Cause, CauseName } from '../../model';
import type { Pass } from '../pass';
import type { Evidence } from './gather';

/** Causes that say that the network is innocent: nothing was found, which takes time to be sure of. */
const INNOCENT: ReadonlySet<CauseName> = new Set(['not-the-network', 'host-limited', 'unknown']);
/** A loss of some per mille shows in as many samples of both ends of a link, ms. */
const ACQUIT_AFTER_MS = 13_000;
/** What a burst looks like while it lasts. */
const BURST_LIKE: ReadonlySet<CauseName> = new Set([
  'congestion',
  'interference',
  'standing-queue',
  'buffer-exhaustion',
  'queue-overflow',
  'not-the-network',
]);
/** Bursts that are to come again do so within this time, ms. */
const BURSTS_AFTER_MS = 9_000;

/**
 * Whether it is too early to name the leading cause: too few samples to acquit the network, or a
 * link that was filled and emptied again, of which the next burst will tell whether it goes on.
 */
export function isPremature(pass: Pass, { state, bursts }: Evidence, causes: readonly Cause[]) {
  if (state.state !== 'breached') return false;
  const sinceMs = pass.now.wallMs - state.firstSeenWallMs;
  const leading = causes[0]?.name ?? 'unknown';
  if (INNOCENT.has(leading) && sinceMs < ACQUIT_AFTER_MS) return true;
  return bursts !== null && BURST_LIKE.has(leading) && sinceMs < BURSTS_AFTER_MS;
}
