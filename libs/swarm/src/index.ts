/**
 * Deterministic simulation of the change path: the real engine, executor and recovery, several
 * processes of them, on a virtual clock, over a small fabric whose devices, network, journal, queue,
 * lease and clocks fail as a seed says. Oracles, one for each invariant, watch what happened.
 */
export type * from './faults/fault-option';
export * from './matrix';
export * from './oracles';
export { FAULT_OPTIONS } from './faults';
export { runSeed, type SeedOptions } from './run/run-seed';
export type * from './run/seed-result';
export type * from './timeline';
