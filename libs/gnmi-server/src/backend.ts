import type { gnmi } from '@weir/proto-gen';
import type { LeafDiff, LeafMap } from '@weir/gnmi';

/**
 * Value of a state leaf. Counters may be numbers up to 2^53 or bigints; the server encodes them by
 * the leaf's type, as a decimal string in JSON_IETF where RFC 7951 wants one.
 */
export type StateValue = string | number | boolean | bigint;

/**
 * State leaves of one list entry or container that are read together, sent as one Notification
 * with `path` as its prefix. The object stays the same as long as the entry exists: the server
 * caches its encoded paths.
 */
export interface StateGroup {
  /** Canonical path of the entry, e.g. `/interfaces/interface[name=eth1]`. */
  readonly path: string;
  /** Paths below `path` without a leading slash, e.g. `state/counters/in-octets`. */
  readonly leaves: readonly string[];
  /** Present value of leaf `index`; null when the leaf does not exist now. Must be cheap. */
  read(index: number): StateValue | null;
}

/** A state leaf that has changed, for ON_CHANGE subscribers; null when it has gone. */
export interface StateChange {
  /** Canonical absolute path. */
  readonly path: string;
  readonly value: StateValue | null;
}

/** The device behind a gNMI target: a simulated switch, or the Linux kernel. */
export interface TargetBackend {
  readonly models: readonly gnmi.ModelData[];
  /** What is configured when the target starts, by canonical path. */
  initialConfig(): LeafMap;
  /**
   * Makes `next` the configuration, as a whole or not at all. `changes` is the difference, never
   * empty; types, ranges and references have been checked. A GnmiError (or any rejection) means
   * that nothing was changed. Never called twice at a time. `restoring`: `next` was in force before
   * and comes back, so what has gone since (a port) is no reason to refuse it.
   */
  applyConfig(next: LeafMap, changes: readonly LeafDiff[], restoring: boolean): Promise<void>;
  /**
   * All state that the device has of its own. Leaves below `config` show under `state` by the
   * server itself, so only what is not configuration (or differs from it) needs to be here.
   */
  stateGroups(): readonly StateGroup[];
  /** Changes whenever stateGroups() returns other groups than before. */
  readonly stateRevision: number;
  /** Time at which the values were taken, ns since the epoch; rates are formed from it. */
  stateTimeNs(): bigint;
  /** Called before state is read for a Get or a sample; concurrent calls share one run. */
  refreshState?(): Promise<void>;
  /** Calls back when leaves without fixed rhythm change (oper-status, not counters). */
  onStateChange(listener: (changes: readonly StateChange[]) => void): () => void;
  /** Told by Target.reboot(): counters start at zero, boot-time changes. */
  rebooted?(): void;
}

export type RpcName = 'Capabilities' | 'Get' | 'Set' | 'Subscribe';

/** Faults on demand. Every hook may wait (a slow device) or throw a GnmiError (a failing one). */
export interface TargetBehaviour {
  /** Before anything is done for the call. */
  beforeRpc?(rpc: RpcName): Promise<void> | void;
  /** After a Set was checked, before it is applied: an error here leaves the device as it was. */
  beforeApply?(changes: readonly LeafDiff[]): Promise<void> | void;
  /** After a Set was applied, before it is answered: an error here is a failure that has applied. */
  afterApply?(changes: readonly LeafDiff[]): Promise<void> | void;
  /** True: extensions are dropped without an error, as targets do that do not know them. */
  ignoreExtensions?(): boolean;
  /** False: the Set is checked and answered as if it was applied, and nothing is. */
  applies?(changes: readonly LeafDiff[]): boolean;
  /** False: samples are withheld, the stream stays open (a hanging telemetry agent). */
  maySample?(): boolean;
  /** How often each sample is sent; more than once is a device that sends more than was asked. */
  sampleRepeats?(): number;
}

/** A commit that waits for its confirmation, as kept over a restart of the target. */
export interface PendingCommit {
  readonly id: string;
  /** Wall-clock ms since the epoch at which the target rolls back. */
  readonly deadlineMs: number;
  /** The whole configuration before the commit. */
  readonly before: readonly (readonly [path: string, value: string | number | boolean])[];
}

/** Where the pending commit survives a restart. `save` is durable when it resolves. */
export interface CommitStore {
  load(): Promise<PendingCommit | null>;
  save(pending: PendingCommit | null): Promise<void>;
}

/** Injected time; the same shape as the core ports. */
export interface TargetClock {
  wallMs(): number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, task: () => void): () => void;
}

export interface TargetTls {
  /** PEM. */
  readonly cert: Buffer;
  readonly key: Buffer;
  /** PEM of the CA that client certificates must chain to; null asks for none. */
  readonly clientCa: Buffer | null;
}

export interface TargetOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly address: string;
  readonly backend: TargetBackend;
  /** null: plain text, for loopback only. */
  readonly tls?: TargetTls | null;
  /** Metadata `username` and `password` that every call must carry; null: none asked. */
  readonly credentials?: { readonly username: string; readonly password: string } | null;
  readonly behaviour?: TargetBehaviour;
  readonly commitStore?: CommitStore;
  readonly clock?: TargetClock;
  /** Name that a prefix may carry as `target`; any is accepted when not given. */
  readonly name?: string;
  /** Shortest SAMPLE interval, ms; 0 in a request means this. Default 100. */
  readonly minSampleMs?: number;
  /** Where failures go that no caller sees: a rollback that failed, a listener that threw. */
  readonly onError?: (message: string, error: unknown) => void;
}

/** A running target. */
export interface Target {
  readonly port: number;
  /** The configuration now. */
  config(): LeafMap;
  /** Id of the commit that waits for its confirmation, or null. */
  pendingCommit(): string | null;
  /** Connections that are open now. */
  readonly connections: number;
  /** Sets that were received and applied so far. */
  readonly counts: { readonly setsReceived: number; readonly setsApplied: number };
  /** Another certificate, for connections from now on; a target never goes back to plain text. */
  replaceTls(tls: TargetTls): void;
  /** Cuts every open call and connection; the target goes on listening. */
  dropSessions(): void;
  /**
   * The device restarts: sessions break, a pending commit is rolled back (the start-up
   * configuration is the confirmed one), and it answers again after `downMs`.
   */
  reboot(downMs: number): Promise<void>;
  close(): Promise<void>;
}
