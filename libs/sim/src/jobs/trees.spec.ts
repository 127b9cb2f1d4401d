import { doubleBinaryTree } from './trees';

describe('the double binary tree', () => {
  it.each([2, 3, 4, 5, 7, 8, 9, 16, 31, 64, 100, 1023, 1024])(
    'of %i ranks spans them twice, nobody with more than two halves to send or receive',
    (ranks) => {
      const { parents, depth } = doubleBinaryTree(ranks);
      expect(parents).toHaveLength(2 * (ranks - 1));
      const sends = new Array<number>(ranks).fill(0);
      const receives = new Array<number>(ranks).fill(0);
      for (const [child, parent] of parents) {
        sends[child]! += 1;
        receives[parent]! += 1;
      }
      expect(Math.max(...sends)).toBeLessThanOrEqual(2);
      expect(Math.max(...receives)).toBeLessThanOrEqual(2);
      expect(depth).toBeLessThanOrEqual(Math.ceil(Math.log2(ranks)));
      for (const tree of [0, 1]) {
        const edges = parents.filter((_, index) => index % 2 === tree);
        const up = new Map(edges.map(([child, parent]) => [child, parent]));
        expect(up.size).toBe(ranks - 1);
        const roots = new Set<number>();
        for (let rank = 0; rank < ranks; rank++) {
          let at = rank;
          for (let steps = 0; up.has(at) && steps <= depth; steps++) at = up.get(at) ?? at;
          roots.add(at);
        }
        expect(roots.size).toBe(1);
      }
    },
  );
});
