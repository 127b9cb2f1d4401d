import { seededRandom } from '@weir/core/base';
import { hashDependence } from './hash-dependence';

const random = seededRandom(17);

/** Flows that choose by `linkOf` in the second tier after an even choice in the first. */
function thrown(
  flows: number,
  [rows, links]: readonly [number, number],
  linkOf: (row: number) => number,
): number[][] {
  const table = Array.from({ length: rows }, () => Array.from({ length: links }, () => 0));
  for (let flow = 0; flow < flows; flow++) {
    const row = random.below(rows);
    const counts = table[row] as number[];
    const link = linkOf(row);
    counts[link] = (counts[link] ?? 0) + 1;
  }
  return table;
}

describe('hashDependence', () => {
  it.each([
    [24, 2, 3],
    [48, 4, 4],
    [96, 2, 4],
    [300, 8, 16],
  ])(
    'is beyond 3 by chance in a few of a thousand at most, %d flows, %d x %d',
    (flows, ...size) => {
      const runs = 1000;
      let beyond = 0;
      for (let run = 0; run < runs; run++)
        if (hashDependence(thrown(flows, size, () => random.below(size[1]))).deviations > 3)
          beyond++;
      expect(beyond / runs).toBeLessThan(0.006);
    },
  );

  it('finds a hash that is used again, and that all of the unevenness is that', () => {
    // Half of the range each, over four links: two of them for each row.
    const reused = thrown(64, [2, 4], (row) => 2 * row + random.below(2));
    const { deviations, explainedRatio } = hashDependence(reused);
    expect(deviations).toBeGreaterThan(5);
    expect(explainedRatio).toBeGreaterThan(0.9);
    // With three links the one in the middle takes some of both.
    const overlap = thrown(64, [2, 3], (row) => Math.floor((row * 32 + random.below(32)) / 21.4));
    expect(hashDependence(overlap).deviations).toBeGreaterThan(3);
  });

  it('does not find it where all rows use the same few links', () => {
    const { deviations, explainedRatio } = hashDependence(
      thrown(64, [2, 4], () => random.below(2)),
    );
    expect(deviations).toBeLessThan(3);
    expect(explainedRatio).toBeLessThan(0.1);
  });

  it('says nothing of one row, of one link that is taken, and of too few flows', () => {
    for (const table of [
      [],
      [[9, 9]],
      [
        [40, 0],
        [40, 0],
      ],
      [
        [2, 0],
        [0, 2],
      ],
      [
        [0, 0],
        [9, 9],
      ],
    ])
      expect(hashDependence(table).deviations).toBe(0);
  });

  it('says the same in whatever order rows and links are', () => {
    const table = thrown(64, [4, 4], (row) => (row + random.below(2)) % 4);
    const turned = [...table].reverse().map((row) => [...row].reverse());
    const [a, b] = [hashDependence(table), hashDependence(turned)];
    expect(b.deviations).toBeCloseTo(a.deviations, 9);
    expect(b.explainedRatio).toBeCloseTo(a.explainedRatio, 9);
  });
});
