import type { StateChange, StateGroup, StateValue } from '@weir/gnmi-server';
import type { LeafGroup } from './leaf-group';

class LiveGroup implements StateGroup {
  constructor(
    readonly path: string,
    readonly leaves: readonly string[],
    public values: readonly (StateValue | null)[],
  ) {}

  read(index: number): StateValue | null {
    return this.values[index] ?? null;
  }
}

/** Counters have a rhythm of their own: they are sampled, not reported on change. */
const isCounter = (leaf: string): boolean =>
  leaf.startsWith('state/counters/') || /-(octets|pkts|queue-len)$/.test(leaf);

/**
 * Keeps one object per entry for as long as the entry exists, as the server asks for, and says
 * which leaves other than counters have changed with each update.
 */
export class StateTree {
  private byPath = new Map<string, LiveGroup>();
  private ordered: readonly LiveGroup[] = [];
  private revisionNumber = 0;

  get groups(): readonly StateGroup[] {
    return this.ordered;
  }

  get revision(): number {
    return this.revisionNumber;
  }

  update(groups: readonly LeafGroup[]): readonly StateChange[] {
    const changes: StateChange[] = [];
    const next = new Map<string, LiveGroup>();
    for (const group of groups) {
      const present = this.byPath.get(group.path);
      collectChanges(changes, group, present?.values ?? []);
      if (present !== undefined) present.values = group.values;
      next.set(group.path, present ?? new LiveGroup(group.path, group.leaves, group.values));
    }
    let sameSet = next.size === this.byPath.size;
    for (const [path, gone] of this.byPath) {
      if (next.has(path)) continue;
      sameSet = false;
      for (const leaf of gone.leaves) changes.push({ path: `${path}/${leaf}`, value: null });
    }
    this.byPath = next;
    if (!sameSet) {
      this.ordered = [...next.values()];
      this.revisionNumber += 1;
    }
    return changes;
  }
}

function collectChanges(
  changes: StateChange[],
  group: LeafGroup,
  before: readonly (StateValue | null)[],
): void {
  group.leaves.forEach((leaf, index) => {
    const value = group.values[index] ?? null;
    if (value !== (before[index] ?? null) && !isCounter(leaf))
      changes.push({ path: `${group.path}/${leaf}`, value });
  });
}
