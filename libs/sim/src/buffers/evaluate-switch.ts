import { DEFAULT_QUEUE, type QueueSetting } from '../network/settings';
import { integrateBurst, type BurstEffect } from './burst';
import { limitOf, roomFor, shareBuffer, type BufferClaim } from './dynamic-threshold';
import { markedQueue } from './marking';
import { pauseRatio } from './pause';
import type { Crowd, QueueArrivals, QueueState } from './queue-state';
import { smoothDepthBytes } from './smooth';
import { SAWTOOTH_MEAN_RATIO, tailDropRatio } from './tail-drop';

/** What one queue asks of the buffer before the others are known. */
interface Draft {
  readonly claim: BufferClaim;
  readonly markRatio: number;
  /** Share of the arrivals that no buffer can hold. */
  readonly overloadRatio: number;
}

/** From this loss on a full queue does not drain between losses. */
const HARD_LOSS = 1e-2;

const NO_BURST: BurstEffect = { peakBytes: 0, meanBytes: 0, dropRatio: 0 };

/**
 * The queues of one switch while all rates stay as they are: what the senders want to hold, what
 * the shared buffer allows (dynamic thresholds, Choudhury and Hahne 1998), and what follows for
 * loss, marks and pauses. Queues in the order of the arrivals.
 */
export function evaluateSwitch(
  sharedBytes: number,
  arrivals: readonly QueueArrivals[],
  settings: readonly QueueSetting[],
): QueueState[] {
  const drafts: Draft[] = [];
  const claims: BufferClaim[] = [];
  for (let i = 0; i < arrivals.length; i++) {
    const draft = draftOf(arrivals[i] as QueueArrivals, settings[i] ?? DEFAULT_QUEUE);
    drafts.push(draft);
    claims.push(draft.claim);
  }
  const { depthBytes, saturated, freeBytes } = shareBuffer(sharedBytes, claims);
  return drafts.map((draft, i) => {
    const setting = settings[i] ?? DEFAULT_QUEUE;
    const heldBytes = depthBytes[i] as number;
    const full = saturated[i] === true;
    return stateOf(arrivals[i] as QueueArrivals, draft, setting, heldBytes, full, freeBytes);
  });
}

export function claimOf(setting: QueueSetting, wantedBytes: number): BufferClaim {
  const { limit, dedicatedBytes } = setting;
  return {
    alpha: limit.kind === 'dynamic' ? 2 ** limit.scalingFactor : null,
    dedicatedBytes,
    staticLimitBytes: limit.kind === 'static' ? limit.bytes : 0,
    wantedBytes,
  };
}

/** What one queue asks of the buffer: what its senders hold it at, or everything. */
function draftOf(queue: QueueArrivals, setting: QueueSetting): Draft {
  let wantedBytes = smoothDepthBytes(queue.steadyBps, queue.serviceBps, queue.steadyConnections);
  let markRatio = 0;
  for (const crowd of queue.crowds) {
    if (setting.ecn === null || !answersMarks(crowd)) {
      wantedBytes = Infinity;
      continue;
    }
    const held = markedQueue(crowd, setting.ecn, queue.serviceBps);
    wantedBytes += held.depthBytes;
    markRatio = Math.max(markRatio, held.markRatio);
  }
  const overload = queue.openBps > queue.serviceBps;
  if (overload) wantedBytes = Infinity;
  return {
    claim: claimOf(setting, wantedBytes),
    markRatio,
    overloadRatio: overload ? 1 - queue.serviceBps / queue.openBps : 0,
  };
}

/** CUBIC does not negotiate ECN out of the box, so its packets are not marked. */
const answersMarks = (crowd: Crowd): boolean =>
  crowd.control === 'dctcp' || crowd.control === 'dcqcn';

function stateOf(
  queue: QueueArrivals,
  draft: Draft,
  setting: QueueSetting,
  heldBytes: number,
  full: boolean,
  freeBytes: number,
): QueueState {
  const { channel, serviceBps } = queue;
  const lossless = setting.lossless === true;
  const room = full ? 0 : roomBeside(draft.claim, freeBytes, heldBytes);
  const burst = queue.bursts.length === 0 ? NO_BURST : burstsIn(queue, room);
  const dropRatio = lossless ? 0 : lossOf(queue, draft, heldBytes, full);
  // A queue that hardly anybody yields to stays at its limit; the others saw up and down.
  const saws = full && !lossless && dropRatio < HARD_LOSS;
  // The limit of a lossless queue is its pause threshold: what would be lost waits upstream.
  const paused = full ? pauseRatio(serviceBps, queue.feedersBps) : burst.dropRatio;
  return {
    channel,
    queue: queue.queue,
    serviceBps,
    depthBytes: (saws ? heldBytes * SAWTOOTH_MEAN_RATIO : heldBytes) + burst.meanBytes,
    peakBytes: heldBytes + burst.peakBytes,
    limitBytes: limitOf(draft.claim, freeBytes),
    dropRatio: lossless ? 0 : 1 - (1 - dropRatio) * (1 - burst.dropRatio),
    // Above the ramp everything that can be marked is.
    markRatio: full && draft.markRatio > 0 ? 1 : draft.markRatio,
    pauseRatio: lossless ? paused : 0,
    full,
  };
}

/** Loss without bursts: what no buffer holds, and what loss-based senders need to give way. */
function lossOf(queue: QueueArrivals, draft: Draft, heldBytes: number, full: boolean): number {
  let dropRatio = draft.overloadRatio;
  if (!full) return dropRatio;
  for (const crowd of queue.crowds)
    dropRatio = Math.max(dropRatio, tailDropRatio(crowd, heldBytes, queue.serviceBps));
  return dropRatio;
}

/** Room beside what the queue holds, with what it holds itself counted as free. */
export const roomBeside = (claim: BufferClaim, freeBytes: number, heldBytes: number): number =>
  Math.max(
    0,
    roomFor(claim, freeBytes + Math.max(0, heldBytes - claim.dedicatedBytes)) - heldBytes,
  );

/** Bursts of different workloads do not come at the same instant. */
function burstsIn(queue: QueueArrivals, roomBytes: number): BurstEffect {
  const backgroundBps = Math.min(queue.steadyBps, queue.serviceBps);
  let meanBytes = 0;
  let peakBytes = 0;
  let kept = 1;
  for (const burst of queue.bursts) {
    const effect = integrateBurst(burst, backgroundBps, queue.serviceBps, roomBytes);
    meanBytes += effect.meanBytes;
    peakBytes = Math.max(peakBytes, effect.peakBytes);
    kept *= 1 - effect.dropRatio;
  }
  return { meanBytes, peakBytes, dropRatio: 1 - kept };
}
