import type { Cause } from '../../model';
import type { ChannelEvidence, Evidence } from './gather';
import type { QueueEvidence } from './queues';
import { clamp, isCause, weigh, type Signal } from './weigh';

const percent = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`;

/** Own queues that wait because the scheduler serves another more than they need. */
export const starvedQueues = ({ queues }: Evidence): Cause[] =>
  queues
    .map(({ key, own, starvation, delayMs, recentLossRatio }) => {
      if (!own || starvation === null) return null;
      const { score, shareRatio, fairRatio, weight, totalWeight, rival, rivalShareRatio } =
        starvation;
      return weigh(
        'starved-queue',
        key,
        [['reach-of-share', shareRatio / fairRatio, score * 0.99]],
        [
          `${key} waits ${delayMs.toFixed(1)} ms on average and lost up to ${(recentLossRatio * 100).toFixed(2)} % of late`,
          `it gets ${percent(shareRatio)} of its port; its weight, ${weight} of ${totalWeight}, is worth ${percent(fairRatio)} now`,
          `queue ${rival} of the same port has ${percent(rivalShareRatio)}`,
        ],
      );
    })
    .filter(isCause);

/** From so much of what the objective allows on, the wait in a queue is certainly what it misses. */
const SHARE_OF_THRESHOLD = 0.25;
/** A queue that loses twice as much has another trouble. */
const MUCH_LOST = 0.02;
/**
 * With so many packets marked, senders were told; those that are left do not listen. DCTCP itself
 * marks sqrt(2 / W) of the packets, W the window of a connection: half at eight packets each, less
 * than which it can hardly go.
 */
const PLENTY_OF_MARKS = 0.5;

/**
 * Own queues on full links that are deeper than the links need. Links that are not full hold bursts
 * in their queues, and those need the room. Where something says who fills the link, that has the
 * better name. Only requests wait in a queue for longer than they would without it; a synchronous
 * job has what the link carries either way.
 */
export function standingQueues(
  { queues, channels, state, thresholdMs }: Evidence,
  explained: number,
): Cause[] {
  if (state.objective.metric !== 'request-latency') return [];
  return queues
    .map((queue) => {
      const channel = channels.find((item) => item.key === channelOf(queue));
      if (!queue.own || channel === undefined || !isStanding(queue)) return null;
      // Averages are slow to see that somebody came; that the queue is deep takes some seconds.
      const used = Math.max(channel.meanUtilizationRatio, channel.utilizationRatio || 0);
      const felt = clamp(queue.delayMs / thresholdMs / SHARE_OF_THRESHOLD);
      const lost = queue.recentLossRatio || 0;
      return weigh(
        'standing-queue',
        queue.key,
        [
          ['utilization', used, clamp((used - 0.6) / 0.25)],
          ['standing', queue.standingRatio, clamp(queue.standingRatio - 1)],
          ['delay', queue.delayMs, felt * 0.96],
          // Who loses much is told that way, and still sends.
          ['loss', lost, clamp(1.5 - lost / MUCH_LOST)],
          ...allFull(channel),
          ...(explained > 0.3 ? ([['behind:explained', explained, 0.6]] as const) : []),
        ],
        [
          `${queue.key} holds ${Math.round(queue.meanDepthBytes)} bytes on average, ${queue.standingRatio.toFixed(1)} times what its link needs to stay full`,
          `that is ${queue.delayMs.toFixed(1)} ms for all that passes; ${percent(queue.markRatio || 0)} of the packets are marked`,
        ],
      );
    })
    .filter(isCause);
}

/** From so much on a link has no room for more, and with so much it is full. */
const LITTLE_ROOM = 0.8;
const NO_ROOM = 0.95;

/**
 * Where every parallel link is as full there is a want of room, and marks make none: that the queue
 * stands is how it is felt.
 */
function allFull({ leastParallelRatio = NaN }: ChannelEvidence): readonly Signal[] {
  const full = clamp((leastParallelRatio - LITTLE_ROOM) / (NO_ROOM - LITTLE_ROOM));
  return full > 0 ? [['parallel-links-full', leastParallelRatio, 1 - full / 2]] : [];
}

/** Deeper than the link needs, and the senders are not told of it by marks. */
export const isStanding = (queue: QueueEvidence): boolean =>
  queue.standingRatio > 1 && !(queue.markRatio > PLENTY_OF_MARKS);

const channelOf = ({ key }: QueueEvidence): string => key.slice(0, key.lastIndexOf(':'));
