import type { Cause, CauseName } from '../../model';
import type { ChannelEvidence, Evidence, QueueEvidence } from './facts';

const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;
const clamp = (value: number): number => Math.max(0, Math.min(1, value));

/**
 * Candidate causes with scores between 0 and 1: how far each one's own signal lies between "cannot
 * be" and "certainly is". Where none has weight, the network is not to blame.
 */
export function rankCauses(evidence: Evidence): readonly Cause[] {
  const causes: Cause[] = [
    ...linkFailure(evidence),
    ...evidence.channels.flatMap(congestion),
    ...evidence.channels.flatMap(grayLink),
    ...evidence.queues.flatMap((queue) => queueCauses(queue, evidence)),
  ];
  const best = new Map<CauseName, Cause>();
  for (const cause of causes) {
    const known = best.get(cause.name);
    if (known === undefined || cause.score > known.score) best.set(cause.name, cause);
  }
  const ranked = [...best.values()].sort((a, b) => b.score - a.score);
  const strongest = ranked[0]?.score ?? 0;
  if (strongest >= 0.2) return ranked;
  return [notTheNetwork(evidence), ...ranked];
}

function linkFailure({ downChannels }: Evidence): Cause[] {
  return downChannels.map((key) => ({
    name: 'link-failure',
    score: 0.95,
    at: key,
    evidence: [`${key} is a next hop of the workload and reports oper-status DOWN`],
  }));
}

function congestion(channel: ChannelEvidence): Cause[] {
  const score = clamp((channel.utilizationRatio - 0.6) / 0.35);
  if (!(score > 0)) return [];
  return [
    {
      name: channel.toHost ? 'incast' : 'congestion',
      score,
      at: channel.key,
      evidence: [
        `${channel.key} is ${percent(channel.utilizationRatio)} utilised`,
        `${percent(Math.min(1, channel.share))} of the workload's traffic takes it`,
      ],
    },
  ];
}

/** What one end sends and the other does not receive, without a drop being counted. */
function grayLink(channel: ChannelEvidence): Cause[] {
  const missing = channel.missingRatio - (Number.isNaN(channel.lossRatio) ? 0 : channel.lossRatio);
  // Counters of the two ends are read at different instants; below 3 % that explains a gap.
  const score = channel.toHost ? 0 : clamp((missing - 0.03) / 0.1);
  if (!(score > 0) || channel.utilizationRatio < 0.01) return [];
  return [
    {
      name: 'gray-link',
      score: Math.min(score, 0.6),
      at: channel.key,
      evidence: [
        `${percent(missing)} of what ${channel.key} sends does not arrive, and no drop is counted`,
      ],
    },
  ];
}

function queueCauses(queue: QueueEvidence, { channels }: Evidence): Cause[] {
  const causes: Cause[] = [];
  // A queue that fills with bursts stands between a third and two thirds of its limit on average.
  const deep = queue.own ? clamp((queue.depthRatio - 0.3) / 0.3) : 0;
  if (deep > 0)
    causes.push({
      name: 'buffer-exhaustion',
      score: deep * 0.95,
      at: queue.key,
      evidence: [
        `${queue.key} holds ${Math.round(queue.depthBytes)} bytes on average, ${percent(queue.depthRatio)} of its limit`,
        `loss in it is ${percent(Number.isNaN(queue.lossRatio) ? 0 : queue.lossRatio)}`,
      ],
    });
  const lossy = clamp(queue.lossRatio / 0.01);
  if (lossy > 0) {
    const hot = channels.some(
      (item) => queue.key.startsWith(`${item.key}:`) && item.utilizationRatio > 0.8,
    );
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

function notTheNetwork(evidence: Evidence): Cause {
  const utilization = Math.max(0, ...evidence.channels.map((item) => item.utilizationRatio || 0));
  const loss = Math.max(0, ...evidence.queues.map((queue) => queue.lossRatio || 0));
  const known = evidence.channels.some((item) => !Number.isNaN(item.utilizationRatio));
  return {
    name: known ? 'not-the-network' : 'unknown',
    score: known ? 0.5 : 0,
    at: '',
    evidence: known
      ? [
          `no link on the path is above ${percent(utilization)}`,
          `no queue on the path loses more than ${percent(loss)}`,
        ]
      : ['no fresh telemetry of the path'],
  };
}
