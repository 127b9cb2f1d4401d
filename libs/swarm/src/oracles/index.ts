/**
 * Who judges a run: one oracle for each invariant of docs/safety.md, some of them in two or three
 * files of their own. Each sees every event of the timeline in order and the world at the end, and
 * knows nothing else; it folds the records itself, so that it cannot share a mistake with the
 * product. To add one: write a factory, add it here, and show by hand-made timelines in a spec what
 * must trip it and what must not.
 */
import { preparedBeforeSet } from './i1-prepared-before-set';
import { oneEnd } from './i2-one-end';
import { onceOnly } from './i3-once-only';
import { newerEpochWins } from './i4-newer-epoch-wins';
import { neverOverOthers } from './i5-never-over-others';
import { wholeImages } from './i5-whole-images';
import { capacityInUse } from './i6-capacity-in-use';
import { startsWithinLimits } from './i6-starts-within-limits';
import { goodInputOnly } from './i7-good-input-only';
import { verifyingChain } from './i8-verifying-chain';
import { bounded } from './i9-bounded';
import { leasesEnd } from './leases-end';
import type { OracleFactory } from './oracle';
import { statusIsTrue } from './status-is-true';

export * from './oracle';
export { judge, type Judge } from './judge';
export { eventText, TimelineHash } from './timeline-hash';

export const ORACLES: readonly OracleFactory[] = [
  preparedBeforeSet,
  oneEnd,
  leasesEnd,
  statusIsTrue,
  onceOnly,
  newerEpochWins,
  wholeImages,
  neverOverOthers,
  startsWithinLimits,
  capacityInUse,
  goodInputOnly,
  verifyingChain,
  bounded,
];
