/**
 * Speed of the simulated fabric: a mix of workloads on ever larger fabrics, and ever more long
 * flows on one. Counts and the hash of a run are the same everywhere; only the times are not.
 */
export { runSimBench, type SpeedOptions, type SpeedReport, type SpeedRow } from './speed';
