import type { Change } from '../../model';
import type { Verification } from '../observed';

/**
 * Time from which on frames and samples count: the change has settled, and all that they hold is
 * of the time after it. Infinity until that is known.
 */
export const countsFromMs = (
  { startedMs, firstFrameMs }: Verification,
  { verify: { settleMs } }: Change,
): number => (Number.isNaN(firstFrameMs) ? Infinity : Math.max(startedMs + settleMs, firstFrameMs));
