/**
 * The whole of Weir on a virtual clock: a scenario file is built into a simulated fabric with its
 * workloads and events, the real engine is connected to it by telemetry columns and gNMI-shaped
 * devices, and a run gives figures, incidents, changes, what each change truly did, and a digest
 * that is the same for the same seed.
 */
export { buildScenario, MAX_SCENARIO_CHARACTERS, parseScenario } from './build/scenario';
export type { ReadText, Scenario } from './build/scenario';
export { buildJob, buildJobs, type BuiltJob } from './build/jobs';
export type { TimelineAction, TimelineEntry } from './build/timeline';
export { applyToWorld } from './run/apply';
export { topologyOf } from './build/topology-model';
export { SimulatedDevices } from './devices/simulated-devices';
export { runScenario, type Run, type RunOptions } from './run/closed-loop';
export * from './result';
export * from './incidents';
