/** Edges of both trees as [child, parent], ranks from 0, and the longest way to a root. */
export interface DoubleTree {
  readonly parents: readonly (readonly [child: number, parent: number])[];
  readonly depth: number;
}

/**
 * Two binary trees over the same ranks in which nobody is an inner node twice, so that each rank
 * sends and receives one buffer in all (Sanders, Speck, Träff 2009). In the first, ranks are laid
 * out in order: the lowest set bit of a rank is its level, so odd ranks are leaves. The second is
 * its mirror image for an even number of ranks, else the first turned by one rank.
 */
export function doubleBinaryTree(ranks: number): DoubleTree {
  const second = (rank: number): number =>
    ranks % 2 === 0 ? ranks - 1 - rank : (rank + 1) % ranks;
  const parents: [number, number][] = [];
  let depth = 0;
  for (let rank = 1; rank < ranks; rank++) {
    const parent = parentOf(rank, ranks);
    parents.push([rank, parent], [second(rank), second(parent)]);
    let levels = 1;
    for (let at = parent; at !== 0; at = parentOf(at, ranks)) levels += 1;
    depth = Math.max(depth, levels);
  }
  return { parents, depth };
}

/** One level up: clear the level bit and set the next; where that is nobody, only clear it. */
function parentOf(rank: number, ranks: number): number {
  const level = rank & -rank;
  const up = (rank & ~level) | (level << 1);
  return up < ranks ? up : rank & ~level;
}
