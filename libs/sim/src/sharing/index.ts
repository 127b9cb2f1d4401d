/**
 * Who gets how much: max-min fair rates for streams that share channels, with strict and weighted
 * queues, recomputed only where something changed. Exact: every stream that wants more has a
 * bottleneck channel, which the properties in the specs check. Where several weighted queues
 * hold each other back on more than one channel the fair rates need not be unique, and which
 * ones hold then depends on what was there before; the same history gives the same rates.
 */
export { maxMin, type MaxMinRates } from './max-min';
export { Sharing } from './sharing';
export type { Scheduling, SharedStream } from './state';
export * from './stream';
