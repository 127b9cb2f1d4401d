/** Longest pause that one frame can ask for, in bit times of the link: 65,535 quanta of 512. */
const PAUSE_BIT_TIMES = 65_535 * 512;

/**
 * Largest share of time, 0..1, for which so many pause frames each second can hold a port back
 * (IEEE 802.3 annex 31B, 802.1Qbb). A pause is refreshed halfway through its time or ended by a
 * frame that asks for none, so each takes two frames; how long the short ones were, no counter
 * says. NaN where the frames are unknown.
 */
export const pausedRatioOf = (pausePps: number, capacityBps: number): number =>
  Math.min(1, (pausePps * PAUSE_BIT_TIMES) / (2 * capacityBps));
