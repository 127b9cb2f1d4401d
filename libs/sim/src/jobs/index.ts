/**
 * Workloads between events. Each turns its specification into streams for the network, says when
 * they will change by themselves, and lives through the time until then: training in phases of
 * collectives, inference in requests and responses, bulk copies, transfers that come and go, and
 * attacks. What they measure of themselves is what their real counterparts could report.
 */
export { createJob, queueOf } from './create';
export { Histogram, LATENCY_BOUNDS_MS } from './histogram';
export * from './job';
export {
  DEFAULT_SEQUENCE_OPTIONS,
  parseSequence,
  type Sequence,
  type SequenceOptions,
} from './sequences';
