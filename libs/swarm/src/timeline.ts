import type {
  ChangeId,
  ConfigImage,
  DeviceId,
  EngineStatus,
  JournalRecord,
  LeafDiff,
} from '@weir/core/model';

/** Name of a controller process of a run: `a`, `b`; a new start of it keeps the name. */
export type ProcessName = string;

/** What somebody who sees everything writes down; nothing of it is seen by the controllers. */
export type TimelineEvent = { readonly atMs: number } & (
  | {
      readonly kind: 'fault';
      readonly option: string;
      readonly active: boolean;
      readonly where: string;
    }
  | {
      readonly kind: 'process';
      readonly process: ProcessName;
      readonly what: 'started' | 'leading' | 'crashed' | 'paused' | 'resumed' | 'stopped';
      readonly epoch: number;
      readonly detail: string;
    }
  /** A record is durable: it will be there after every crash from now on. */
  | { readonly kind: 'record'; readonly process: ProcessName; readonly record: JournalRecord }
  /** A write leaves a process; it may never arrive, arrive late, or twice. */
  | {
      readonly kind: 'sent';
      readonly process: ProcessName;
      readonly epoch: number;
      readonly device: DeviceId;
      readonly call: 'set' | 'confirm' | 'cancel';
      readonly changeId: ChangeId | null;
      readonly commitId: string;
      readonly leaves: readonly LeafDiff[];
    }
  /** The configuration of a device is another one now, or a pending commit became permanent. */
  | {
      readonly kind: 'effect';
      readonly device: DeviceId;
      readonly by: 'set' | 'confirm' | 'cancel' | 'timer' | 'reboot' | 'person';
      /** Epoch of the process whose call it was; null when it was nobody's. */
      readonly epoch: number | null;
      readonly changeId: ChangeId | null;
      readonly commitId: string;
      readonly image: ConfigImage;
    }
  /** A client was told that its command was accepted. */
  | {
      readonly kind: 'acknowledged';
      readonly process: ProcessName;
      readonly verb: string;
      readonly id: string;
    }
  /** What telemetry of a device is worth from now on, whatever the controllers believe. */
  | {
      readonly kind: 'telemetry';
      readonly device: DeviceId;
      readonly worth: 'good' | 'stale' | 'missing' | 'wrong';
      /** The ports that it is about; all of the device where left out. */
      readonly ports?: readonly string[];
    }
  /** Once for each tick of a process. */
  | {
      readonly kind: 'sampled';
      readonly process: ProcessName;
      readonly status: EngineStatus;
      readonly waitingEvents: number;
      readonly waitingOperations: number;
      readonly journalRecords: number;
    }
);

/** What is there at the end, after the faults were healed and the time of grace has passed. */
export interface FinalView {
  readonly atMs: number;
  readonly images: ReadonlyMap<DeviceId, ConfigImage>;
  /** Commits that still wait for a confirmation on a device. */
  readonly pendingCommits: ReadonlyMap<DeviceId, string>;
  readonly records: readonly JournalRecord[];
  readonly chain: 'ok' | 'broken';
  /** Status as the leader tells it; null when no process leads. */
  readonly status: EngineStatus | null;
}
