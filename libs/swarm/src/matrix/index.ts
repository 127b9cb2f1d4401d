/**
 * How much of the fault matrix a set of seeds has made happen: drawn, fired and survived for each
 * row that is simulated. A row that never fired is a hole in the swarm, not a success.
 */
export * from './coverage';
export * from './coverage-text';
