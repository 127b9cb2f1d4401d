import fc from 'fast-check';
import { kShortestPaths, type WeightedLink } from './k-shortest-paths';

const link = (from: number, to: number, cost = 1): WeightedLink => ({ from, to, cost });

/** All loop-free paths, by trying them. */
function everyPath(links: readonly WeightedLink[], from: number, to: number): number[][] {
  const found: number[][] = [];
  const walk = (node: number, path: number[], seen: number[]): void => {
    if (node === to) return void found.push(path);
    links.forEach((one, i) => {
      if (one.from === node && !seen.includes(one.to))
        walk(one.to, [...path, i], [...seen, one.to]);
    });
  };
  walk(from, [], [from]);
  return found;
}

const costOf = (links: readonly WeightedLink[], path: readonly number[]): number =>
  path.reduce((sum, i) => sum + links[i]!.cost, 0);

describe('kShortestPaths', () => {
  it('goes the direct way first', () => {
    const links = [link(0, 1), link(1, 2), link(0, 2, 1.5), link(2, 0)];
    expect(kShortestPaths(links, 0, 2, 3)).toEqual([[2], [0, 1]]);
    expect(kShortestPaths(links, 0, 2, 1)).toEqual([[2]]);
    expect(kShortestPaths(links, 1, 3, 2)).toEqual([]);
  });

  it('finds the cheapest ones of all that there are', () => {
    const graphs = fc.array(
      fc.tuple(fc.nat(5), fc.nat(5), fc.integer({ min: 1, max: 9 })).filter(([a, b]) => a !== b),
      { maxLength: 14 },
    );
    fc.assert(
      fc.property(graphs, fc.integer({ min: 1, max: 6 }), (ends, count) => {
        const links = ends.map(([from, to, cost]) => link(from, to, cost));
        const paths = kShortestPaths(links, 0, 5, count);
        const all = everyPath(links, 0, 5);
        const costs = all.map((path) => costOf(links, path)).sort((a, b) => a - b);
        expect(paths.map((path) => costOf(links, path))).toEqual(costs.slice(0, count));
        expect(new Set(paths.map(String)).size).toBe(paths.length);
        for (const path of paths) expect(all).toContainEqual(path);
      }),
    );
  });
});
