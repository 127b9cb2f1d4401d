import type {
  ChangeId,
  CompiledIntent,
  ConfigImage,
  DeviceId,
  IncidentId,
  IntentId,
  TelemetryFrame,
} from '../../model';
import type { RoutingModel } from '../../ports';
import type { ForecastState } from '../forecast/state';
import type { DemandHedge } from '../network/hedge-state';
import type { ExactQuestions } from './exact-questions';
import type { ObjectiveState } from './objective-state';
import type { Trend, UsualTimes } from './trend';
import type { LinkSample, StageProof, Switchback, Verification } from './verification';

/** Telemetry that cannot all be true. */
export interface Contradiction {
  /** The device that counts wrong, or the two of which one does. */
  readonly devices: readonly DeviceId[];
  /** What was measured, one sentence. */
  readonly evidence: string;
}

/** Volatile state: lost at a restart, read again from the world. */
export interface ObservedState {
  readonly phase: 'starting' | 'waiting-telemetry' | 'running' | 'holding';
  /** Why nothing may be decided now; empty when the loop may act. */
  readonly holdReason: string;
  readonly frame: TelemetryFrame | null;
  readonly trend: Trend | null;
  /** Null before every objective was met for a while, and after routes were written. */
  readonly usual: UsualTimes | null;
  /** Monotonic time at which routes were last written; what was measured before is of another world. */
  readonly routesChangedMs: number;
  /** Measured last, from that time to averages of nothing older, ms; absent: not yet. */
  readonly effectDelayMs?: number;
  /** What the largest commodities are expected to send; absent before the first frame. */
  readonly demand?: DemandHedge;
  readonly unknownChannels: number;
  /** Null where the policy forecasts nothing, and until there was a frame. */
  readonly forecast: ForecastState | null;
  /** Failures of the methods of decision since the process began, by method. */
  readonly solverFailures: ReadonlyMap<
    string,
    { readonly failures: number; readonly reason: string; readonly atMs: number }
  >;
  /** Latest rates of all ports, oldest first, whatever routes were written meanwhile. */
  readonly rates: Pick<Trend, 'layout' | 'recent'> | null;
  /** Counters that contradict each other; while there are some the loop changes nothing itself. */
  readonly contradictions: readonly Contradiction[];
  readonly compiled: ReadonlyMap<
    IntentId,
    { readonly generation: number; readonly value: CompiledIntent }
  >;
  readonly objectives: ReadonlyMap<string, ObjectiveState>;
  readonly images: ReadonlyMap<DeviceId, ConfigImage>;
  /** Monotonic time of the last image read or of its last attempt. */
  readonly imageAtMs: ReadonlyMap<DeviceId, number>;
  readonly imageAskedMs: ReadonlyMap<DeviceId, number>;
  readonly commitConfirmed: ReadonlyMap<DeviceId, boolean>;
  readonly routing: {
    readonly images: ReadonlyMap<DeviceId, ConfigImage>;
    readonly model: RoutingModel;
  } | null;
  readonly verifications: ReadonlyMap<ChangeId, Verification>;
  readonly switchbacks: ReadonlyMap<ChangeId, Switchback>;
  /** Absent before the first frame, and in old recordings. */
  readonly linkSample?: LinkSample;
  /** Monotonic time at which each channel was last seen down, of late; and the frame of that. */
  readonly downAtMs: ReadonlyMap<string, number>;
  readonly downFrame: number;
  /** The frames of late in which channels were down, and which; absent in old recordings. */
  readonly downFrames?: readonly { readonly atMs: number; readonly down: readonly string[] }[];
  readonly proofs: ReadonlyMap<ChangeId, StageProof>;
  /** Monotonic time before which no candidate is looked for, by incident; ended ones are dropped. */
  readonly searchAgainMs: ReadonlyMap<IncidentId, number>;
  /** Operations handed out and not reported yet, by id, with the monotonic time of hand-out. */
  readonly inFlight: ReadonlyMap<string, number>;
  /** Questions to an exact solver; absent before the first one. */
  readonly exact?: ExactQuestions;
  /** Earliest monotonic time of the next try, by `change/device`. */
  readonly retryAtMs: ReadonlyMap<string, number>;
  /** Until when a write may still arrive of which nobody knows, by `change/device`, monotonic. */
  readonly lateUntilMs: ReadonlyMap<string, number>;
  /** Monotonic time at which this process became the engine. */
  readonly startedMs: number;
  /** Wall time minus monotonic time; null before the first pass. */
  readonly clockOffsetMs: number | null;
}

export const emptyObservedState: ObservedState = {
  phase: 'starting',
  holdReason: 'starting',
  frame: null,
  trend: null,
  usual: null,
  routesChangedMs: -Infinity,
  unknownChannels: 0,
  forecast: null,
  contradictions: [],
  rates: null,
  solverFailures: new Map(),
  compiled: new Map(),
  objectives: new Map(),
  images: new Map(),
  imageAtMs: new Map(),
  imageAskedMs: new Map(),
  commitConfirmed: new Map(),
  routing: null,
  verifications: new Map(),
  switchbacks: new Map(),
  downAtMs: new Map(),
  downFrame: 0,
  proofs: new Map(),
  searchAgainMs: new Map(),
  inFlight: new Map(),
  retryAtMs: new Map(),
  lateUntilMs: new Map(),
  startedMs: -Infinity,
  clockOffsetMs: null,
};
