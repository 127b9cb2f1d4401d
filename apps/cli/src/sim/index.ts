/**
 * `weir sim`: one scenario file from its text to what people read of the run. Loaded when the
 * command is given, since it brings in the engine and the simulator.
 */
export { ProgressBar } from './progress';
export { builtScenario, loadScenario, runLoaded } from './run-file';
export { summaryText } from './summary-text';
