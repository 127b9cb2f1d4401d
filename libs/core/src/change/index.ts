/**
 * The life of a change: a table of transitions, and predicates over it. The journal holds one
 * record for each transition, and the record is durable before the effect of it leaves.
 */
export * from './transitions';
