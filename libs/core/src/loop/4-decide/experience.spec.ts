import * as fc from 'fast-check';
import { seededRandom } from '../../base';
import type { Experience } from '../../model';
import { isDoubted, turnOf, type Option } from './experience';

const optionOf = (action: string, helped: number, failed: number): Option => ({
  action,
  experience:
    helped + failed === 0
      ? null
      : ({ action, helped, failed, atMs: 0, verdicts: 1 } as unknown as Experience),
});

/** How often each option has the turn, over so many seeds. */
function shares(options: readonly Option[], floor = 0.05, seeds = 4_000): number[] {
  const counts = options.map(() => 0);
  for (let seed = 1; seed <= seeds; seed++) {
    const { index } = turnOf(options, floor, seededRandom(seed * 7919));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts.map((count) => count / seeds);
}

describe('whose turn it is', () => {
  it('is by the order of the policy with nothing learned, for any seed', () => {
    const names = fc.uniqueArray(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(names, fc.nat(), fc.double({ min: 0, max: 0.5, noNaN: true }), (all, seed, f) => {
        const options = all.map((name) => optionOf(name, 0, 0));
        expect(turnOf(options, f, seededRandom(seed))).toMatchObject({ index: 0, by: 'order' });
      }),
    );
  });

  it('stays with the first while it only succeeds or failed once, whatever the others did', () => {
    for (const failed of [0, 1])
      expect(shares([optionOf('a', 3, failed), optionOf('b', 9, 0)])).toEqual([1, 0]);
  });

  it('goes to another the more often the first failed, and back when that fails too', () => {
    const byFailures = [2, 4, 8, 16].map(
      (failed) => shares([optionOf('a', 0, failed), optionOf('b', 0, 0)])[1] ?? 0,
    );
    expect(byFailures).toEqual([...byFailures].sort((x, y) => x - y));
    expect(byFailures.at(-1)).toBeGreaterThan(0.85);
    const bothFailed = shares([optionOf('a', 2, 8), optionOf('b', 0, 30)]);
    expect(bothFailed[0]).toBeGreaterThan(0.85);
  });

  it('leaves each action at least the chance of the floor, however badly it did', () => {
    const counts = fc.double({ min: 0, max: 200, noNaN: true });
    const options = fc.uniqueArray(fc.tuple(fc.string({ maxLength: 6 }), counts, counts), {
      selector: ([name]) => name,
      minLength: 2,
      maxLength: 6,
    });
    fc.assert(
      fc.property(options, fc.double({ min: 0.02, max: 0.5, noNaN: true }), (all, floor) => {
        const given = all.map(([name, helped, failed]) => optionOf(name, helped, failed));
        fc.pre(isDoubted(given[0] as Option));
        const seen = shares(given, floor, 1_500);
        const least = Math.min(floor, 1 / given.length);
        // Four standard errors of a share.
        const slack = 4 * Math.sqrt((least * (1 - least)) / 1_500);
        for (const share of seen) expect(share).toBeGreaterThan(least - slack);
      }),
      { numRuns: 25 },
    );
  });

  it('is one turn for options of one action: the first of them has it', () => {
    const same = [optionOf('a', 0, 9), optionOf('a', 0, 9), optionOf('b', 5, 0)];
    const [first, second, other] = shares(same);
    expect(second).toBe(0);
    expect(first).toBeGreaterThan(0.02);
    expect(other).toBeGreaterThan(0.85);
    expect(shares(same.slice(0, 2))).toEqual([1, 0]);
  });

  it('is the same for the same stream, and consumes nothing of it', () => {
    const random = seededRandom(11);
    const options = [optionOf('a', 0, 5), optionOf('b', 1, 1), optionOf('c', 0, 0)];
    const first = turnOf(options, 0.05, random);
    expect(turnOf(options, 0.05, random)).toEqual(first);
  });
});
