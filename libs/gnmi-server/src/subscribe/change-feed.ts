import type { LeafDiff } from '@weir/gnmi';
import type { StateChange, StateValue, TargetBackend } from '../backend';
import type { Configuration } from '../configuration';
import { isMirrored, mirrorOf } from '../data-tree';

/**
 * Changes for ON_CHANGE subscribers: of the configuration, of the state that mirrors it, and of
 * the backend's own state.
 */
export function followChanges(
  configuration: Configuration,
  backend: TargetBackend,
  listener: (changes: readonly StateChange[]) => void,
): () => void {
  const stopConfig = configuration.onChange((diffs) => listener(shownChanges(diffs)));
  const stopState = backend.onStateChange(listener);
  return () => {
    stopConfig();
    stopState();
  };
}

function shownChanges(diffs: readonly LeafDiff[]): readonly StateChange[] {
  return diffs.flatMap((diff) => {
    const mirror = mirrorOf(diff.path);
    const change = { path: diff.path, value: diff.after };
    return isMirrored(mirror) ? [change, { path: mirror, value: diff.after }] : [change];
  });
}

/** The newest value of a leaf, waiting to be sent. */
export interface PendingChange {
  readonly path: string;
  readonly value: StateValue | null;
  /** Older values that this one has replaced unsent. */
  readonly duplicates: number;
}

/** Changes that wait while the client reads slowly: the newest per leaf, so they cannot grow. */
export class PendingChanges {
  private readonly waiting = new Map<string, PendingChange>();

  add(changes: readonly StateChange[], wants: (path: string) => boolean): void {
    for (const { path, value } of changes) {
      if (!wants(path)) continue;
      const known = this.waiting.get(path);
      const duplicates = known === undefined ? 0 : known.duplicates + 1;
      this.waiting.set(path, { path, value, duplicates });
    }
  }

  take(): readonly PendingChange[] {
    const taken = [...this.waiting.values()];
    this.waiting.clear();
    return taken;
  }
}
