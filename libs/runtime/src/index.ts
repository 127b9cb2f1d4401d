/**
 * Drives the pure loop through its ports: the engine (inbox, journal, effects), the executor of
 * device operations, the read model that API processes fold, and telemetry as columns. No framework,
 * no adapter, no real timer.
 */
export * from './engine/crash-points';
export { Engine } from './engine/engine';
export { recoverState, type Recovered } from './engine/recover';
export type {
  CrashPoint,
  EngineDeps,
  EngineSettings,
  LogSink,
  SnapshotSettings,
} from './engine/types';
export * from './explain';
export * from './flight';
export * from './learning';
export { ReadModel } from './read-model';
export { SouthboundExecutor } from './southbound/executor';
export * from './telemetry';
