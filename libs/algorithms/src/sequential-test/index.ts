/**
 * What a change did, told from chance: the always-valid test of before and after, how much samples
 * that follow each other say less than independent ones, and series to compare with.
 */
export { sequentialTest } from './sequential-test';
export { syntheticControl } from './synthetic-control';
