/**
 * How the size of a queue is found. `burst` is what was measured or must be expected to arrive at
 * once; the others are rules of the literature (MISSION D1), always in bytes.
 */
export const BUFFER_RULES = [
  'burst',
  'bdp',
  'bdp-burst',
  'training',
  'inference',
  'appenzeller',
  'pfc-headroom',
] as const;
export type BufferRule = (typeof BUFFER_RULES)[number];

/** What the rules reckon with. Rates are in bits per second, sizes in bytes. */
export interface BufferInputs {
  readonly rateBps: number;
  readonly rttUs: number;
  /** Workers that exchange at the same time, at least 1. */
  readonly workers: number;
  /** Flows that share the queue and do not keep step, at least 1. */
  readonly flows: number;
  /** What the arrival of requests varies by, microseconds. */
  readonly jitterUs: number;
  /** Until the other end has stopped after it was told to, microseconds. */
  readonly delayUs: number;
}

/** The part of a buffer that dynamic thresholds give to queues which all want more. */
export interface BufferShareQuestion {
  /** Shared buffer of the device. */
  readonly bufferBytes: number;
  /** Queues that are congested at the same time, this one included. */
  readonly congested: number;
  /** Those of them that are of the same class. */
  readonly ofClass: number;
  /** What each of them has to hold. */
  readonly burstBytes: number;
  /** The exponent is within these two. */
  readonly leastExponent: number;
  readonly mostExponent: number;
}

export interface BufferShare {
  /** alpha = 2^exponent */
  readonly exponent: number;
  /** What each of the congested queues gets. */
  readonly limitBytes: number;
  /** Whether that is the burst. */
  readonly fits: boolean;
}
