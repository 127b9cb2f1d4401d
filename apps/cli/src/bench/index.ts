/**
 * Benchmarks of the controller on its real parts. `reaction`: how long it takes from the bytes of
 * a telemetry frame that shows a breach to the Set that answers it, and how that grows.
 */
export {
  runReactionBench,
  type ReactionBenchOptions,
  type ReactionReport,
  type ReactionSize,
} from './reaction';
