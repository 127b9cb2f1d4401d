import type { ConfigImage, DeviceId, LeafDiff, LeafValue } from '../model';
import type { Result } from '../base';

export interface ReadLeaf {
  readonly path: string;
  readonly value: LeafValue | null;
}

/** What a Set came to, as far as the answer tells; the read-back decides. */
export type SetAnswer =
  | { readonly kind: 'ok' }
  /** The target refused; nothing was changed if it keeps the rules. `grpcCode` as received. */
  | { readonly kind: 'refused'; readonly grpcCode: number; readonly message: string }
  /** Deadline, lost stream, unavailable: it may or may not have been applied. */
  | { readonly kind: 'unknown'; readonly message: string };

/**
 * Writes and reads one device's configuration. One call at a time per device (the caller keeps
 * that order); no retries inside.
 */
export interface DeviceWriter {
  /** All leaves of the managed subtrees. */
  readImage(device: DeviceId, timeoutMs: number): Promise<Result<ConfigImage>>;
  /** Exactly these leaves; absent ones with value null. */
  readLeaves(
    device: DeviceId,
    paths: readonly string[],
    timeoutMs: number,
  ): Promise<Result<readonly ReadLeaf[]>>;
  /**
   * Whether the device implements commit-confirmed, found by behaviour and cached per session:
   * targets that lack it drop the extension without an error.
   */
  probeCommitConfirmed(device: DeviceId, timeoutMs: number): Promise<Result<boolean>>;
  /** One Set. With `commit`, the Commit extension asks the device to roll back by itself. */
  set(
    device: DeviceId,
    leaves: readonly LeafDiff[],
    commit: { readonly id: string; readonly rollbackMs: number } | null,
    timeoutMs: number,
  ): Promise<SetAnswer>;
  confirm(device: DeviceId, commitId: string, timeoutMs: number): Promise<SetAnswer>;
  cancel(device: DeviceId, commitId: string, timeoutMs: number): Promise<SetAnswer>;
  close(): Promise<void>;
}
