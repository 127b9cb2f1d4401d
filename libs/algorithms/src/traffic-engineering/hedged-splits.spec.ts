import { seededRandom } from '@weir/core/base';
import { HedgedSplits } from './hedged-splits';
import { evenSplit, mluOf, pathProblem } from './path-problem';

/** Two commodities that share a link in the middle; each has a link of its own as well. */
const problem = pathProblem(
  [10, 10, 10],
  [
    [[0], [1]],
    [[1], [2]],
  ],
);

const bursts = (count: number): number[][] => {
  const random = seededRandom(5);
  return Array.from({ length: count }, () =>
    random.next() < 0.5 ? [8, 2 + random.next()] : [2 + random.next(), 8],
  );
};

describe('HedgedSplits', () => {
  it('gives shares that add up to 1, the same each time', () => {
    const [a, b] = [new HedgedSplits(problem), new HedgedSplits(problem)];
    for (const demand of bursts(20)) {
      const split = a.observe(demand);
      expect(split).toEqual(b.observe(demand));
      expect(Math.min(...split)).toBeGreaterThanOrEqual(0);
      expect(split[0]! + split[1]!).toBeCloseTo(1, 9);
      expect(split[2]! + split[3]!).toBeCloseTo(1, 9);
    }
  });

  it('keeps an even split while nothing flows', () => {
    expect(new HedgedSplits(problem).observe([0, 0])).toEqual(evenSplit(problem));
  });

  it('does better on the worst of the recent matrices when it is told to be cautious', () => {
    const worstOf = (caution: number): number => {
      const hedge = new HedgedSplits(problem, { scenarios: 24, caution, steps: 120 });
      // Rare bursts of the first commodity: the mean alone does not care for them.
      const past = Array.from({ length: 24 }, (_, t) => (t % 12 === 0 ? [9, 1] : [2, 9]));
      let split = evenSplit(problem);
      for (const demand of past) split = hedge.observe(demand);
      const optimum = (demand: number[]): number => Math.max(...demand, 0) / 20;
      return Math.max(...past.map((demand) => mluOf(problem, demand, split) / optimum(demand)));
    };
    expect(worstOf(0.9)).toBeLessThan(worstOf(0));
  });

  it('stays close to the best for all when the matrices alternate', () => {
    const hedge = new HedgedSplits(problem);
    let split = evenSplit(problem);
    for (const demand of bursts(60)) split = hedge.observe(demand);
    // By symmetry the best fixed split leaves the shared link the same to both.
    expect(Math.abs(split[1]! - split[2]!)).toBeLessThan(0.1);
  });

  it('forgets what is older than its memory', () => {
    const hedge = new HedgedSplits(problem, { scenarios: 4, caution: 0.2, steps: 200 });
    for (let i = 0; i < 10; i++) hedge.observe([9, 1]);
    let split = evenSplit(problem);
    for (let i = 0; i < 10; i++) split = hedge.observe([1, 9]);
    // Only the second commodity is large now: it has both of its links.
    expect(mluOf(problem, [1, 9], split)).toBeLessThan(0.5);
  });
});
