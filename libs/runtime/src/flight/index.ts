/**
 * The flight recorder: what `step` was given around each change, kept so that any decision can be
 * replayed bit for bit. A recorder watches the engine from beside it; recordings are read back,
 * folded again through the same `step`, and held against what was recorded or against another
 * policy.
 */
export { FlightRecorder, type FlightDeps, type FlightOptions } from './recorder';
export type { FlightSink } from './sink';
export { readEntries, type FlightEntry, type FlightEnvironment } from './recording';
export { addedScores, backtest, type Backtest, type Backtested } from './backtest';
export { flightCost, type FlightCost } from './cost';
export type { FlightDecision } from './decisions';
export { compareWithPolicy, type DecisionDifference, type PolicyComparison } from './other-policy';
export { replay, type FirstDifference, type Program, type ReplayReport } from './replay';
