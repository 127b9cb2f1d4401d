import type { QueueSettings } from '../../ports';

/** A queue of a port: what it sends and how the port serves it. */
export interface PortQueue {
  readonly name: string;
  /** NaN when unknown. */
  readonly sentBps: number;
  /** Null when the device does not say. */
  readonly scheduling: QueueSettings['scheduling'];
}

/** A queue with traffic waiting that the scheduler of its port holds to its share. */
export interface Starvation {
  /** 0..1: how far the figures lie between "cannot be" and "certainly is". */
  readonly score: number;
  /** What the queue gets of its port, 0..1. */
  readonly shareRatio: number;
  /** What its weight is worth beside the queues that send, 0..1 of the port. */
  readonly fairRatio: number;
  /** The same beside all queues of the scheduler: what it gets at the least. */
  readonly guaranteedRatio: number;
  readonly weight: number;
  readonly totalWeight: number;
  readonly sentBps: number;
  /** The queue served by the same scheduler that sends most, and its share of the port. */
  readonly rival: string;
  readonly rivalShareRatio: number;
}

/** Queues that send less than this share of the port do not compete. */
const COMPETES = 0.02;

const clamp = (value: number): number => Math.max(0, Math.min(1, value));

/**
 * Whether a queue waits because of its weight. A scheduler by weight is work-conserving: a queue
 * with traffic waiting gets its weight's part of what the queues that send leave, or more. One that
 * waits at about that part while the others take theirs would be served faster with a larger
 * weight; where the others leave some of their part, it already takes that, and a larger weight is
 * worth nothing. Bursts keep the mean rate somewhat below the part. `trouble` is how much the queue
 * waits or loses, 0..1. Null when the scheduler is not what holds it back, or is not known.
 */
export function starvationOf(
  own: PortQueue,
  others: readonly PortQueue[],
  capacityBps: number,
  trouble: number,
): Starvation | null {
  const { scheduling, sentBps } = own;
  if (!(trouble > 0) || scheduling === null || scheduling.strict || scheduling.weight <= 0)
    return null;
  const sending = others.filter((queue) => queue.sentBps > COMPETES * capacityBps);
  const strictBps = sum(sending.filter(isStrict).map((queue) => queue.sentBps));
  const rivals = sending.filter((queue) => weightOf(queue) > 0);
  const most = rivals.reduce<PortQueue | null>(
    (top, queue) => (top === null || queue.sentBps > top.sentBps ? queue : top),
    null,
  );
  if (most === null) return null;
  const weights = scheduling.weight + sum(rivals.map(weightOf));
  const leftRatio = Math.max(0, 1 - strictBps / capacityBps);
  const fairRatio = (leftRatio * scheduling.weight) / weights;
  const shareRatio = sentBps / capacityBps;
  const reach = shareRatio / fairRatio;
  const usedRatio = shareRatio + sum(sending.map((queue) => queue.sentBps)) / capacityBps;
  const theirs = sum(rivals.map((queue) => queue.sentBps)) / capacityBps;
  const theirReach = theirs / (leftRatio - fairRatio);
  const atItsShare = Math.min(clamp((reach - 0.4) / 0.3), clamp((theirReach - 0.7) / 0.2));
  const full = clamp((usedRatio - 0.7) / 0.2);
  // A queue that has most of the port to itself does not starve.
  const small = clamp((0.9 - fairRatio) / 0.2);
  const score = clamp(trouble) * atItsShare * full * small;
  if (!(score > 0)) return null;
  return {
    score,
    shareRatio,
    fairRatio,
    guaranteedRatio: (leftRatio * scheduling.weight) / scheduling.totalWeight,
    weight: scheduling.weight,
    totalWeight: scheduling.totalWeight,
    sentBps,
    rival: most.name,
    rivalShareRatio: most.sentBps / capacityBps,
  };
}

const isStrict = ({ scheduling }: PortQueue): boolean => scheduling?.strict === true;
const weightOf = ({ scheduling }: PortQueue): number =>
  scheduling === null || scheduling.strict ? 0 : scheduling.weight;
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
