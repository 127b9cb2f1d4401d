import type { QueueState } from '../kernel/queues';

export interface QueueDepth {
  readonly meanBytes: number;
  readonly peakBytes: number;
}

/** Weight of the newest reading in the mean. */
const GAIN = 0.25;
/** Readings among which the peak is looked for. */
const PEAK_READINGS = 8;

/**
 * The kernel tells only how long a queue is now. Mean and peak are those of the readings that were
 * taken (at least one per poll interval, more with subscribers): bursts between them are not seen.
 */
export class QueueDepths {
  private byQueue = new Map<
    string,
    { readonly mean: number; readonly recent: readonly number[] }
  >();

  add(queues: readonly QueueState[]): void {
    const next: typeof this.byQueue = new Map();
    for (const queue of queues) {
      const before = this.byQueue.get(keyOf(queue));
      const depth = queue.backlogBytes;
      next.set(keyOf(queue), {
        mean: before === undefined ? depth : before.mean + GAIN * (depth - before.mean),
        recent: [...(before?.recent ?? []), depth].slice(-PEAK_READINGS),
      });
    }
    this.byQueue = next;
  }

  of(queue: QueueState): QueueDepth {
    const known = this.byQueue.get(keyOf(queue));
    if (known === undefined)
      return { meanBytes: queue.backlogBytes, peakBytes: queue.backlogBytes };
    return { meanBytes: known.mean, peakBytes: Math.max(...known.recent) };
  }
}

const keyOf = (queue: QueueState): string => `${queue.dev} ${queue.name}`;
