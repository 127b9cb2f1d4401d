import type { Cause } from '../../model';
import { hasSmallShare, type QueueEvidence } from './queues';
import { clamp, isCause, weigh } from './weigh';

const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;

/** A queue that fills with bursts stands between these shares of its limit on average. */
export const FILLING_RATIO = 0.3;
const FILLED_RATIO = 0.6;
/** Loss of a queue that certainly is one. */
const CERTAIN_LOSS = 0.01;

/** Queues at their limit, and queues that drop although they are not full on average. */
export function queueCauses(
  queue: QueueEvidence,
  hotChannels: ReadonlySet<string>,
  explained: number,
): Cause[] {
  const { key, depthRatio } = queue;
  // Bursts overflow in one sample and not in the next; that it is small does not come and go.
  const lossRatio = hasSmallShare(queue)
    ? Math.max(queue.lossRatio || 0, queue.recentLossRatio)
    : queue.lossRatio;
  const hot = hotChannels.has(key.slice(0, key.lastIndexOf(':')));
  const deep = queue.own ? clamp((depthRatio - FILLING_RATIO) / (FILLED_RATIO - FILLING_RATIO)) : 0;
  const lossy = clamp(lossRatio / CERTAIN_LOSS);
  return [
    weigh(
      'buffer-exhaustion',
      key,
      [
        ['depth', depthRatio, deep],
        // Any queue fills before a full link; why that is full has the better name.
        hot && explained > 0.3 ? ['behind:explained', explained, 0.6] : ['limit', 1, 0.95],
      ],
      [
        `${key} holds ${Math.round(queue.depthBytes)} bytes on average, ${percent(depthRatio)} of its limit`,
        `loss in it is ${percent(Number.isNaN(lossRatio) ? 0 : lossRatio)}`,
      ],
    ),
    weigh(
      'queue-overflow',
      key,
      [
        ['loss', lossRatio, lossy > 0 ? 0.3 + 0.5 * lossy : 0],
        // Loss where the link is hot, or in a queue that is full on average, has the better name.
        ...(hot || deep > 0.5 ? ([['behind:full', deep, 0.5]] as const) : []),
      ],
      [
        `${key} drops ${percent(lossRatio)} of its packets`,
        `its mean depth is ${Math.round(queue.depthBytes)} bytes, its peak ${Math.round(queue.peakDepthBytes)}`,
      ],
    ),
  ].filter(isCause);
}
