import type { PathPattern } from '@weir/gnmi';
import type { StateValue } from '../backend';
import type { DataGroup, DataLeaf, DataTree } from '../data-tree';
import { pathField } from './notification';

/** Leaves of one group that a subscription covers, with their paths encoded. */
export interface SelectedGroup {
  readonly group: DataGroup;
  readonly prefix: Buffer;
  readonly leaves: readonly SelectedLeaf[];
}

export interface SelectedLeaf {
  readonly leaf: DataLeaf;
  readonly index: number;
  readonly path: Buffer;
  /** What was sent last, for suppress_redundant; undefined before the first time. */
  sent: StateValue | null | undefined;
  sentMs: number;
}

/** Leaves that TARGET_DEFINED samples: they change all the time. The others are sent on change. */
export const isRestless = (path: string): boolean =>
  /\/state\/([^[\]]*\/)?(counters\/[^/]+|[^/]+-(octets|pkts|len|rate)|up-time|current-datetime|used|instant)$/.test(
    path,
  );

/** The groups of a subscription, found anew only when the tree has other groups. */
export class Selection {
  private selected: readonly SelectedGroup[] = [];
  private selectedFor = '';
  private known = new Map<DataGroup, SelectedGroup | null>();

  constructor(
    private readonly tree: DataTree,
    private readonly pattern: PathPattern,
    private readonly wants: (path: string) => boolean,
    private readonly origin: string,
    private readonly target: string,
  ) {}

  groups(): readonly SelectedGroup[] {
    const { revision } = this.tree;
    if (revision !== this.selectedFor) {
      const known = new Map<DataGroup, SelectedGroup | null>();
      for (const group of this.tree.all())
        known.set(group, this.known.get(group) ?? this.select(group));
      this.known = known;
      this.selected = [...known.values()].filter((group) => group !== null);
      this.selectedFor = revision;
    }
    return this.selected;
  }

  private select(group: DataGroup): SelectedGroup | null {
    if (!this.pattern.mayMatchBelow(group.elems)) return null;
    const leaves: SelectedLeaf[] = [];
    for (const [index, leaf] of group.leaves.entries()) {
      if (!this.pattern.matchesElems(leaf.elems) || !this.wants(leaf.path)) continue;
      const path = pathField('update', leaf.relative);
      leaves.push({ leaf, index, path, sent: undefined, sentMs: 0 });
    }
    if (leaves.length === 0) return null;
    return { group, leaves, prefix: pathField('prefix', group.elems, this.origin, this.target) };
  }
}
