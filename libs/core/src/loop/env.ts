import type { Policy, Topology } from '../model';
import type { DeviceProfile, IntentKind, Strategies } from '../ports';

/** What a pass is given besides state and event: facts and methods, no I/O. */
export interface LoopEnv {
  readonly topology: Topology;
  readonly policy: Policy;
  readonly profiles: ReadonlyMap<string, DeviceProfile>;
  readonly intentKinds: ReadonlyMap<string, IntentKind>;
  readonly strategies: Strategies;
  /** SHA-256 in hex. */
  readonly digest: (text: string) => string;
  /** Time-out of one device operation, read-back included, ms. */
  readonly operationTimeoutMs: number;
  /** How long an exact solver may take for an answer, ms; absent or 0: there is none to ask. */
  readonly exactLimitMs?: number;
}

/** Monotonic time for ages and holds, wall time for records and deadlines. */
export interface Now {
  readonly monoMs: number;
  readonly wallMs: number;
}
