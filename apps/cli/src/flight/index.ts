/**
 * Flight recordings from the command line: found by file, directory or period, read, replayed,
 * folded under another policy, and scored. Loaded when a command asks for it, since it brings in
 * the engine.
 */
export { measureFlights, type FileCost } from './cost';
export { compareJournal, type JournalComparison } from './from-journal';
export { backtestFlights, type BacktestReport } from './backtest';
export {
  compareFlights,
  recordedPolicy,
  replayFlights,
  type FileComparison,
  type FileReplay,
} from './replay';
export { findFlights, readFlight, type FlightSource } from './sources';
export { backtestText, comparisonText, journalText, replayText } from './text';
