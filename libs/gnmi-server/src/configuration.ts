import type { LeafDiff, LeafMap } from '@weir/gnmi';

/** The configuration of the target as it is now, and who wants to know when it changes. */
export class Configuration {
  private readonly listeners = new Set<(changes: readonly LeafDiff[]) => void>();
  /** Grows whenever leaves come or go. */
  revision = 0;

  constructor(public current: LeafMap) {}

  replace(next: LeafMap, changes: readonly LeafDiff[]): void {
    this.current = next;
    if (changes.some((change) => change.before === null || change.after === null))
      this.revision += 1;
    for (const listener of this.listeners) listener(changes);
  }

  onChange(listener: (changes: readonly LeafDiff[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
