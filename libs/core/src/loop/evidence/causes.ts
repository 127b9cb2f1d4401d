import type { Cause, CauseName } from '../../model';
import { endCauses } from './end-causes';
import type { ChannelEvidence, Evidence } from './gather';
import { MIN_DAMAGED } from './fabric';
import { hotSpotCauses } from './hot-spot-causes';
import type { QueueEvidence } from './queues';
import { standingQueues, starvedQueues } from './waiting-causes';

const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;
const clamp = (value: number): number => Math.max(0, Math.min(1, value));

/** Below this the strongest signal of the network is not one. */
const WEAK = 0.2;

/** What rests on a figure that is unknown cannot be weighed, and is no cause. */
const weighed = (causes: readonly Cause[]): readonly Cause[] =>
  causes.filter((cause) => Number.isFinite(cause.score));

/**
 * Candidate causes with scores between 0 and 1: how far each one's own signal lies between "cannot
 * be" and "certainly is". Where none has weight, the network is not to blame.
 */
export function rankCauses(evidence: Evidence): readonly Cause[] {
  const starved = weighed(starvedQueues(evidence));
  const whose = weighed(hotSpotCauses(evidence)).map((cause) => behindStarved(cause, starved));
  const others = whose.filter((cause) => cause.name !== 'incast');
  const standing = weighed(standingQueues(evidence, strongestOf([...starved, ...others])));
  const spots = whose.map((cause) => behindStanding(cause, standing));
  const explained = strongestOf([...starved, ...spots, ...standing]);
  const hot = new Set(
    evidence.channels.filter((item) => item.utilizationRatio > 0.8).map((item) => item.key),
  );
  const causes: Cause[] = [
    ...linkFailure(evidence),
    ...evidence.channels.flatMap((channel) => congestion(channel, explained)),
    ...evidence.channels.flatMap(grayLink),
    ...evidence.queues.flatMap((queue) => queueCauses(queue, hot, explained)),
    ...spots,
    ...starved,
    ...standing,
  ];
  const best = new Map<CauseName, Cause>();
  for (const cause of weighed(causes)) {
    const known = best.get(cause.name);
    if (known === undefined || cause.score > known.score) best.set(cause.name, cause);
  }
  const ranked = [...best.values()].sort((a, b) => b.score - a.score);
  const strongest = ranked[0]?.score ?? 0;
  const ends = weighed(endCauses(evidence, strongest >= WEAK));
  return [...ranked, ...ends].sort((a, b) => b.score - a.score);
}

const strongestOf = (causes: readonly Cause[]): number =>
  Math.max(0, ...causes.map((cause) => cause.score));

/** Others fill any full port; that the scheduler lets them is the better name. */
function behindStarved(cause: Cause, starved: readonly Cause[]): Cause {
  const here = starved.some(
    ({ score, at }) => score > 0.3 && at.slice(0, at.lastIndexOf(':')) === cause.at,
  );
  return here && cause.name === 'interference' ? { ...cause, score: cause.score * 0.6 } : cause;
}

/** Bursts of many senders come and go; a queue that stays is filled by somebody who goes on. */
function behindStanding(cause: Cause, standing: readonly Cause[]): Cause {
  const here = standing.some(
    ({ score, at }) => score > 0.5 && at.slice(0, at.lastIndexOf(':')) === cause.at,
  );
  return here && cause.name === 'incast' ? { ...cause, score: cause.score * 0.6 } : cause;
}

function linkFailure({ downChannels }: Evidence): Cause[] {
  return downChannels.map((key) => ({
    name: 'link-failure',
    score: 0.95,
    at: key,
    evidence: [`${key} is on the paths of the workload and reports oper-status DOWN`],
  }));
}

/** A full link. Where something says why it is full, that has the better name. */
function congestion(channel: ChannelEvidence, explained: number): Cause[] {
  const full = clamp((channel.utilizationRatio - 0.6) / 0.35);
  const score = full * (explained > 0.3 ? 0.7 : 1);
  if (!(score > 0)) return [];
  return [
    {
      name: 'congestion',
      score,
      at: channel.key,
      evidence: [
        `${channel.key} is ${percent(channel.utilizationRatio)} utilised`,
        `${percent(Math.min(1, channel.share))} of the workload's traffic takes it`,
      ],
    },
  ];
}

/** Frames' worth of averages make a gap certain; the steeper the further it is from the noise. */
const GRAY_RANGE = 0.004;
/** Beyond the least that counts, this share of damaged frames is certain trouble. */
const DAMAGED_RANGE = 0.001;

/** What one end sends and the other does not receive, or a link that is slower than its rate. */
function grayLink(channel: ChannelEvidence): Cause[] {
  const at = channel.key;
  const causes: Cause[] = [];
  const beyond = clamp((channel.grayLossRatio - channel.grayFloor) / GRAY_RANGE);
  if (!channel.toHost && beyond > 0)
    causes.push({
      name: 'gray-link',
      score: beyond * 0.92,
      at,
      evidence: [
        `${percent(channel.grayLossRatio)} of what ${at} sends does not arrive, and no drop is counted`,
        `sampling explains ${percent(channel.grayFloor)} of that`,
      ],
    });
  const damaged = clamp((channel.damagedRatio - MIN_DAMAGED) / DAMAGED_RANGE);
  if (damaged > 0)
    causes.push({
      name: 'gray-link',
      score: damaged * 0.94,
      at,
      evidence: [`${percent(channel.damagedRatio)} of what ${at} sends arrives damaged`],
    });
  if (channel.slow)
    causes.push({
      name: 'gray-link',
      score: 0.97,
      at,
      evidence: [
        `a queue stands on ${at} at ${percent(channel.meanUtilizationRatio)} of its rate`,
        'most of its parallel links carry as much and have none',
      ],
    });
  return causes;
}

function queueCauses(
  queue: QueueEvidence,
  hotChannels: ReadonlySet<string>,
  explained: number,
): Cause[] {
  const causes: Cause[] = [];
  const hot = hotChannels.has(queue.key.slice(0, queue.key.lastIndexOf(':')));
  // A queue that fills with bursts stands between a third and two thirds of its limit on average.
  const deep = queue.own ? clamp((queue.depthRatio - 0.3) / 0.3) : 0;
  if (deep > 0)
    causes.push({
      name: 'buffer-exhaustion',
      // Any queue fills before a full link; why that is full has the better name.
      score: deep * (hot && explained > 0.3 ? 0.6 : 0.95),
      at: queue.key,
      evidence: [
        `${queue.key} holds ${Math.round(queue.depthBytes)} bytes on average, ${percent(queue.depthRatio)} of its limit`,
        `loss in it is ${percent(Number.isNaN(queue.lossRatio) ? 0 : queue.lossRatio)}`,
      ],
    });
  const lossy = clamp(queue.lossRatio / 0.01);
  if (lossy > 0) {
    causes.push({
      name: 'queue-overflow',
      // Loss where the link is hot, or in a queue that is full on average, has the better name.
      score: (0.3 + 0.5 * lossy) * (hot || deep > 0.5 ? 0.5 : 1),
      at: queue.key,
      evidence: [
        `${queue.key} drops ${percent(queue.lossRatio)} of its packets`,
        `its mean depth is ${Math.round(queue.depthBytes)} bytes, its peak ${Math.round(queue.peakDepthBytes)}`,
      ],
    });
  }
  return causes;
}
