/**
 * A deterministic fluid model of a leaf-spine fabric: max-min fair rates, dynamic-threshold
 * buffers, ECN and loss, microbursts integrated exactly, and the workloads of an AI data centre
 * that live on it. No I/O and no clock: callers step it and read counters. What a controller can
 * configure on a real switch has its true consequence here; hidden faults do not show.
 */
export * from './counters';
export * from './fabric';
export * from './topology';
export {
  linkId,
  Network,
  trueCapacityBps,
  type Channel,
  type ChannelFault,
} from './network/network';
export * from './network/settings';
export * from './network/spec';
export { integrateBurst, type Burst, type BurstEffect } from './buffers/burst';
export { shareBuffer, type BufferClaim, type BufferShares } from './buffers/dynamic-threshold';
export { Histogram, LATENCY_BOUNDS_MS } from './jobs/histogram';
export type * from './jobs/job';
export {
  DEFAULT_SEQUENCE_OPTIONS,
  parseSequence,
  type Sequence,
  type SequenceOptions,
} from './jobs/sequences';
export * from './sharing';
export * from './world';
export type { WorkloadSpec } from './workloads/workload';
export { CALM_SERVICE, demoStage } from './scenarios/demo-stage';
export { withChanges, type Scenario, type SettingChange, type Stage } from './scenarios/scenario';
