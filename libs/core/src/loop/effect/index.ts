/**
 * What a change does to the traffic, in figures: latencies before and after, loss on the touched
 * links. Shared by the proof of a stage and by verification, so that both see the same harm.
 */
export * from './measure';
