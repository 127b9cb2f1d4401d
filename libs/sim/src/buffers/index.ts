/**
 * What egress queues do while all rates stay as they are: how a shared buffer is divided, where
 * congestion-controlled senders hold a queue, what bursts and synchronised starts overflow, and
 * when lossless queues pause their feeders. Pure functions, one concept a file.
 */
export { integrateBurst, type Burst, type BurstEffect } from './burst';
export { shareBuffer, type BufferClaim, type BufferShares } from './dynamic-threshold';
export { evaluateSwitch } from './evaluate-switch';
export { incastOnset, type Onset } from './incast';
export { markedQueue, type MarkedQueue } from './marking';
export { pauseFrames, pauseRatio } from './pause';
export * from './queue-state';
export { PACKET_BYTES, type Senders } from './senders';
export { SAWTOOTH_MEAN_RATIO, tailDropRatio } from './tail-drop';
