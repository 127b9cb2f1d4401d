import type { CauseName } from '@weir/core/model';

/**
 * What is done to the fabric or its workloads, and the names that are right for it. Where there are
 * two, both are right by their definitions and no measurement could tell them apart.
 */
export const TRUTHS = {
  /** More requests, or many small flows in the same queue, than evenly used links carry. */
  congestion: ['congestion'],
  /** A link on the paths is down and what is left of them is too little. */
  'link-failure': ['link-failure'],
  /** Many senders at one instant into one host port, whose queue has a usual share of the buffer. */
  incast: ['incast'],
  /** One to three large streams on some of the parallel links. */
  'elephant-flow': ['elephant-flow'],
  /** Spines see only flows that hashed alike one tier below. */
  'polarisation-two-tiers': ['ecmp-polarisation'],
  /** Hashes of half as many values as there are uplinks: the others are never chosen. */
  'polarisation-one-tier': ['ecmp-polarisation'],
  /**
   * The share of the buffer is cut so far that bursts overflow which fitted before. A queue that is
   * at its limit on average and one that only peaks there are the same fault.
   */
  'buffer-cut': ['buffer-exhaustion', 'queue-overflow'],
  /** A link loses and nobody counts it. */
  'gray-loss': ['gray-link'],
  /** A link damages frames and the far end counts them. */
  'gray-damage': ['gray-link'],
  /** A link carries a part of its rate and says that it is whole. */
  'half-speed': ['gray-link'],
  /** One worker computes slowly. */
  straggler: ['straggler'],
  /** Another class, another known workload or, beside a synchronous job, anybody fills the links. */
  interference: ['interference'],
  /** Connections end at what their hosts send. */
  'host-limited': ['host-limited'],
  /** Another queue has nearly all of the weight and uses it. */
  'starved-queue': ['starved-queue'],
  /** Senders that answer marks get none, and fill what the buffer gives them. */
  'standing-queue': ['standing-queue'],
  /** A lossless class without marking: pauses spread from one port. */
  'pfc-storm': ['pfc-storm'],
  /** Another synchronous job fills links in every iteration and leaves them idle between. */
  'periodic-bursts': ['periodic-bursts'],
  /** Servers take longer, the network is as it was. */
  'slow-servers': ['not-the-network'],
} as const satisfies Readonly<Record<string, readonly [CauseName, ...CauseName[]]>>;

export type TruthCause = keyof typeof TRUTHS;
export const TRUTH_CAUSES = Object.keys(TRUTHS) as readonly TruthCause[];

/** Whether a cause that was named is right for what was done. */
export const isRight = (truth: TruthCause, named: string): boolean =>
  (TRUTHS[truth] as readonly string[]).includes(named);
