import type { gnmiExt } from '@weir/proto-gen';
import { GnmiError, GrpcStatus, invalidArgument } from '@weir/gnmi';

/** What a Set says by extensions that this target knows; others are dropped, as the protocol asks. */
export interface SetExtensions {
  readonly commit: gnmiExt.Commit | null;
  readonly arbitration: gnmiExt.MasterArbitration | null;
}

export function readExtensions(extensions: readonly gnmiExt.Extension[]): SetExtensions {
  let commit: gnmiExt.Commit | null = null;
  let arbitration: gnmiExt.MasterArbitration | null = null;
  for (const { ext } of extensions) {
    if (ext?.$case === 'commit') {
      if (commit !== null) throw invalidArgument('the Commit extension is given twice');
      commit = ext.value;
    } else if (ext?.$case === 'masterArbitration') {
      arbitration = ext.value;
    }
  }
  return { commit, arbitration };
}

/**
 * Master arbitration: per role, the highest election id that was seen may write. A Set without
 * the extension is accepted.
 */
export class Arbitration {
  private readonly highest = new Map<string, bigint>();

  /** @throws GnmiError PERMISSION_DENIED for a lower id, INVALID_ARGUMENT for none */
  check(arbitration: gnmiExt.MasterArbitration | null): void {
    if (arbitration === null) return;
    if (arbitration.electionId === undefined)
      throw invalidArgument('master arbitration without an election id');
    const { high, low } = arbitration.electionId;
    const id = (high << 64n) | low;
    const role = arbitration.role?.id ?? '';
    const seen = this.highest.get(role) ?? 0n;
    if (id < seen)
      throw new GnmiError(
        GrpcStatus.PERMISSION_DENIED,
        `election id ${id} is lower than ${seen}, another client is the master`,
      );
    this.highest.set(role, id);
  }
}
