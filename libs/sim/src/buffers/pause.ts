import { clamp } from './senders';

/**
 * Share of time for which the feeders of a full lossless queue are told to pause (IEEE 802.1Qbb):
 * together they could send `feedersBps`, and only `serviceBps` leaves the queue. Pause and resume
 * alternate so quickly that the fluid sees only the mean.
 */
export const pauseRatio = (serviceBps: number, feedersBps: number): number =>
  feedersBps <= 0 ? 0 : clamp(1 - serviceBps / feedersBps, 0, 1);

/** Longest pause that one frame asks for, in bit times of the link: 65,535 quanta of 512. */
const PAUSE_BIT_TIMES = 65_535 * 512;

/**
 * Pause frames that keep a port paused for `pausedMs`. A switch refreshes a pause halfway through
 * its time, so a long one costs two frames per full quantum.
 */
export const pauseFrames = (pausedMs: number, lineRateBps: number): number =>
  (2 * pausedMs * lineRateBps) / (PAUSE_BIT_TIMES * 1000);
