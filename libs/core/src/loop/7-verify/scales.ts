/**
 * Scales of the sequential test of an effect, in standard deviations of a sample: of the effects that
 * it is tuned to find, and the spread below which an effect is the resolution of the histograms.
 */
export const SCALES = { priorScale: 2, leastDeviation: 0.05 };
