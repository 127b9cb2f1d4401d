import type { ConfigImage, LeafDiff, LeafValue } from '@weir/core/model';
import { sameLeaf } from '@weir/core/model';

/** Collects leaves in the order in which they are to be written; leaves that stay are left out. */
export class DiffBuilder {
  private readonly leaves: LeafDiff[] = [];

  constructor(private readonly image: ConfigImage) {}

  set(path: string, after: LeafValue | null): void {
    const before = this.image.get(path) ?? null;
    if (!sameLeaf(before, after)) this.leaves.push({ path, before, after });
  }

  get diffs(): readonly LeafDiff[] {
    return this.leaves;
  }
}

/** Leaves of a subtree, by the rest of their path without leading slash. */
export function leavesBelow(image: ConfigImage, base: string): ReadonlyMap<string, LeafValue> {
  const found = new Map<string, LeafValue>();
  for (const [path, value] of image)
    if (path.startsWith(base) && path[base.length] === '/')
      found.set(path.slice(base.length + 1), value);
  return found;
}
