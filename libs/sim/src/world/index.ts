/**
 * The world: a fabric and its jobs, moved on from event to event. It holds the streams, their
 * rates, the queues that follow and the counters that a controller may read, and it can be forked
 * at any instant to see what would have happened.
 */
export type { Conditions, Passage } from './conditions';
export type { FlowSample } from './flow-samples';
export type { QueueTruth } from './truth';
export { World, type WorldCost } from './world';
