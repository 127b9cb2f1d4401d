/**
 * A deterministic model of a data-centre fabric and the AI workloads on it. Rates are a fluid,
 * shared max-min fair; queues, marks, losses and pauses follow from them; time moves from event to
 * event. No I/O and no clock: callers start jobs, move time and read counters. What a controller
 * can configure on a real switch has its true consequence here; hidden faults do not show.
 */
export * from './counters';
export * from './topology';
export {
  linkId,
  Network,
  trueCapacityBps,
  type Channel,
  type ChannelFault,
} from './network/network';
export * from './network/route-table';
export * from './network/settings';
export * from './network/spec';
export * from './buffers';
export * from './checks';
export { Histogram, LATENCY_BOUNDS_MS } from './jobs/histogram';
export type * from './jobs/job';
export {
  DEFAULT_SEQUENCE_OPTIONS,
  parseSequence,
  type Sequence,
  type SequenceOptions,
} from './jobs/sequences';
export * from './sharing';
export { VirtualTime } from './time/virtual-clock';
export * from './world';
export { CALM_SERVICE, demoStage } from './scenarios/demo-stage';
export { withChanges, type Scenario, type SettingChange, type Stage } from './scenarios/scenario';
