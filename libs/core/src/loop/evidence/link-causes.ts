import type { Cause } from '../../model';
import { MIN_DAMAGED } from './fabric';
import type { ChannelEvidence, Evidence } from './gather';
import { clamp, isCause, weigh } from './weigh';

const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;

export const linkFailure = ({ downChannels }: Evidence): Cause[] =>
  downChannels
    .map((key) =>
      weigh(
        'link-failure',
        key,
        [['oper-status', 0, 0.95]],
        [`${key} is on the paths of the workload and reports oper-status DOWN`],
      ),
    )
    .filter(isCause);

/** Below this share of its rate a link is not full, and beyond the second it is. */
export const ROOM_RATIO = 0.6;
const FULL_RATIO = 0.95;

/** A full link. Where something says why it is full, that has the better name. */
export function congestion(channel: ChannelEvidence, explained: number): Cause[] {
  const full = clamp((channel.utilizationRatio - ROOM_RATIO) / (FULL_RATIO - ROOM_RATIO));
  const better = explained > 0.3;
  const cause = weigh(
    'congestion',
    channel.key,
    [
      ['utilization', channel.utilizationRatio, full],
      ...(better ? ([['behind:explained', explained, 0.6]] as const) : []),
    ],
    [
      `${channel.key} is ${percent(channel.utilizationRatio)} utilised`,
      `${percent(Math.min(1, channel.share))} of the workload's traffic takes it`,
    ],
  );
  return cause === null ? [] : [cause];
}

/** Frames' worth of averages make a gap certain; the steeper the further it is from the noise. */
const GRAY_RANGE = 0.004;
/** Beyond the least that counts, this share of damaged frames is certain trouble. */
const DAMAGED_RANGE = 0.001;

/** What one end sends and the other does not receive, or a link that is slower than its rate. */
export function grayLink(channel: ChannelEvidence): Cause[] {
  const at = channel.key;
  const { grayLossRatio, grayFloor, damagedRatio } = channel;
  const beyond = channel.toHost ? 0 : clamp((grayLossRatio - grayFloor) / GRAY_RANGE);
  return [
    weigh(
      'gray-link',
      at,
      [
        ['missing', grayLossRatio, beyond],
        ['sampling', grayFloor, 0.92],
      ],
      [
        `${percent(grayLossRatio)} of what ${at} sends does not arrive, and no drop is counted`,
        `sampling explains ${percent(grayFloor)} of that`,
      ],
    ),
    weigh(
      'gray-link',
      at,
      [['damaged', damagedRatio, clamp((damagedRatio - MIN_DAMAGED) / DAMAGED_RANGE) * 0.94]],
      [`${percent(damagedRatio)} of what ${at} sends arrives damaged`],
    ),
    late(channel),
    weigh(
      'gray-link',
      at,
      [['slow', channel.meanUtilizationRatio, channel.slow ? 0.97 : 0]],
      [
        `a queue stands on ${at} at ${percent(channel.meanUtilizationRatio)} of its rate`,
        'most of its parallel links carry as much and have none',
      ],
    ),
  ].filter(isCause);
}

/** So many requests more than on other ways are late for certain because of the link. */
const LATE_RANGE = 0.02;

/** Requests that take it are late, which its own counters neither show nor refute. */
function late({ key, late: link = null, pressure }: ChannelEvidence): Cause | null {
  if (link === null) return null;
  return weigh(
    'gray-link',
    key,
    [
      ['late-requests', link.lateRatio, clamp(link.lateRatio / LATE_RANGE)],
      // A link that is known to be full has that for a reason.
      ['pressure', pressure, 1 - pressure],
      ['ends-not-compared', NaN, 0.9],
      ['links-alike', link.alike, 1 / link.alike],
    ],
    [
      `${percent(link.lateRatio)} of the requests that take ${key} are late, and not those on other ways`,
      'what its two ends count cannot be compared',
      `${link.alike - 1} other links would explain it as well`,
    ],
  );
}
