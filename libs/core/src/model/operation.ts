import type { ErrorCode } from '../base';
import type { ConfigImage, LeafDiff } from './config';
import type { ChangeId, DeviceId } from './ids';

/**
 * One job for the southbound role. The id is deterministic, so that a job made again after a
 * crash is the same job: `<change>/<device>/<verb>/<attempt>`.
 */
export interface DeviceOperation {
  readonly id: string;
  readonly changeId: ChangeId | null;
  readonly device: DeviceId;
  readonly verb: OperationVerb;
  /** Fencing token of the leader that made it; southbound refuses lower ones than it has seen. */
  readonly epoch: number;
  /** `commit` and `revert`: leaves to write; `before` is what the device must hold just before. */
  readonly leaves: readonly LeafDiff[];
  /** Identity of the commit-confirmed transaction on the device. */
  readonly commitId: string;
  /** `commit`: the device rolls back by itself after this time; 0 asks for a permanent Set. */
  readonly rollbackMs: number;
  /** Whole operation, read-back included. */
  readonly timeoutMs: number;
  /**
   * Wall time (ms) at which the engine handed it out; absent in jobs of older daemons. What lay in a
   * queue, or in a process that stood still, for longer than `MAX_WAIT_TIMEOUTS` writes nothing.
   */
  readonly issuedMs?: number;
}

/**
 * Time-outs that an operation may wait before it is begun. A successor waits out as many before it
 * takes a device for read, and an engine gives up one later.
 */
export const MAX_WAIT_TIMEOUTS = 2;

/**
 * snapshot: read the touched leaves and probe commit-confirmed. image: read all managed subtrees.
 * commit: Set (with the Commit extension where the device has it) and read back. confirm: make a
 * pending commit permanent and read back. revert: cancel our pending commit if there is one, else
 * write `leaves`, and read back.
 */
export type OperationVerb = 'image' | 'snapshot' | 'commit' | 'confirm' | 'revert';

export type OperationOutcome =
  /** The read-back shows what was asked for. */
  | 'done'
  /** Refused before anything changed on the device. */
  | 'refused'
  /** Answered, but the read-back shows something else. */
  | 'mismatch'
  /** No answer, or none that can be trusted; the read-back failed too. */
  | 'unknown';

export interface OperationReport {
  readonly operation: DeviceOperation;
  readonly outcome: OperationOutcome;
  readonly code: ErrorCode | null;
  readonly message: string;
  /** Touched leaves as read afterwards; null when the read failed. */
  readonly readBack:
    readonly { readonly path: string; readonly value: string | number | boolean | null }[] | null;
  /** `image`: the managed subtrees. */
  readonly image: ConfigImage | null;
  /** Whether the device implements commit-confirmed, found by behaviour; null when not probed. */
  readonly commitConfirmed: boolean | null;
  /** Controller wall time (ms) at which the Set was handed to gRPC; null when it was not. */
  readonly sentMs: number | null;
}
