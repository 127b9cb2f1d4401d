import type { QueueEvidence } from './queues';
import { clamp, type Signal } from './weigh';

/** Below this the samples are too long for a queue to be seen growing. */
const RESOLVED = 1.05;
/** From here on more arrives than a busy port has; this many times its rate are many senders. */
const GROWS = 1.2;
const BURSTS = 2;

/** What the growth of a queue says of the senders that meet at a port. */
export interface QueueSlope {
  /** 0..1, how surely several of them send at once; 0 where the samples do not tell. */
  readonly together: number;
  /** The figure, where there is one; it weighs by `together`, in place of the number of senders. */
  readonly signals: readonly Signal[];
  readonly evidence: readonly string[];
}

/**
 * How many times the port's rate arrives while its queue grows. Samples have to be about as short as
 * the time in which the queue fills, which is what it may hold over the rate of all senders but one;
 * where they are longer, that is said instead.
 */
export function queueSlopeOf(
  queues: readonly QueueEvidence[],
  channel: string,
  senders: number,
): QueueSlope {
  const own = queues.find((queue) => queue.own && queue.key.startsWith(`${channel}:`));
  if (own?.growth === undefined) return { together: 0, signals: [], evidence: [] };
  const { arrivingRatio, sampleMs, drainMs } = own.growth;
  if (arrivingRatio >= RESOLVED)
    return {
      together: clamp((arrivingRatio - GROWS) / (BURSTS - GROWS)),
      signals: [['arriving', arrivingRatio, 1]],
      evidence: [
        `its queue grew as fast as ${arrivingRatio.toFixed(1)} times the port's rate or more fills it`,
      ],
    };
  const fillMs = drainMs / Math.max(1, senders - 1);
  const told =
    Number.isFinite(fillMs) && fillMs < sampleMs
      ? [
          `how its queue grows is not seen in samples of ${sampleMs.toFixed(0)} ms: all senders together fill it within ${fillMs.toFixed(2)} ms`,
        ]
      : [];
  return { together: 0, signals: [], evidence: told };
}
