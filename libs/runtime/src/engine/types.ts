import type {
  Clock,
  DeviceProfile,
  ExactSolver,
  IntentKind,
  Journal,
  Metrics,
  OperationQueue,
  Strategies,
  Timers,
} from '@weir/core/ports';
import type { FlightSink } from '../flight/sink';
import type { Policy, TelemetryFrame, Topology } from '@weir/core/model';

/** Labelled points of the change path at which a crash is survivable; tests kill the process there. */
export type CrashPoint = (label: string) => void;

export interface LogSink {
  /** Constant message plus fields. */
  info(message: string, fields: Record<string, unknown>): void;
  warn(message: string, fields: Record<string, unknown>): void;
  error(message: string, fields: Record<string, unknown>): void;
}

/** Everything the engine needs; given by the composition root, or by a test with fakes. */
export interface EngineDeps {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly journal: Journal;
  readonly queue: OperationQueue;
  readonly metrics: Metrics;
  readonly log: LogSink;
  /** SHA-256 in hex. */
  readonly digest: (text: string) => string;
  readonly crashPoint: CrashPoint;
  /** Latest columns; called once per tick. Null until there is a first one. */
  readonly frame: () => TelemetryFrame | null;
  /** Answers what the methods of the loop leave open; absent: nobody is asked. */
  readonly solver?: ExactSolver;
  /** Watches every pass; absent: nothing is recorded. */
  readonly flight?: FlightSink;
}

export interface EngineSettings {
  readonly version: string;
  readonly configHash: string;
  readonly topology: Topology;
  readonly policy: Policy;
  readonly profiles: ReadonlyMap<string, DeviceProfile>;
  readonly intentKinds: ReadonlyMap<string, IntentKind>;
  /** Period of the pass, ms. */
  readonly tickMs: number;
  readonly operationTimeoutMs: number;
  /** How long the exact solver may take, ms. Default: 2,000. */
  readonly exactLimitMs?: number;
  /** Absent: no snapshots are taken, and no record is ever dropped. */
  readonly snapshots?: SnapshotSettings | undefined;
  /** Methods of the loop instead of those of libs/algorithms. */
  readonly strategies?: Strategies;
}

/** When snapshots are taken, and what is kept of the records that they stand for. */
export interface SnapshotSettings {
  /** Records between two snapshots. */
  readonly everyRecords: number;
  /** Records kept at least, counted from the end. */
  readonly keepRecords: number;
  /** Records younger than this are kept, ms. */
  readonly keepMs: number;
}
