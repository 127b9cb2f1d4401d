import { seededRandom } from '@weir/core/base';
import { hashTail } from './hash-tail';

describe('hashTail', () => {
  // Published p95 of max/mean on 16 links.
  it.each([
    [1000, 1.344],
    [64, 2.5],
    [16, 4],
  ])('puts the p95 of %d flows on 16 links at %d times the mean', (flows, ratio) => {
    const most = (ratio * flows) / 16;
    expect(hashTail(flows, 16, most + 1)).toBeLessThan(0.05);
    expect(hashTail(flows, 16, most - 1)).toBeGreaterThan(0.05);
  });

  it.each([
    [32, 8, 9],
    [200, 4, 62],
  ])('agrees with %d flows thrown on %d links', (flows, links, most) => {
    const random = seededRandom(11);
    let hits = 0;
    const runs = 4000;
    for (let run = 0; run < runs; run++) {
      const counts = new Int32Array(links);
      for (let i = 0; i < flows; i++) {
        const link = random.below(links);
        counts[link] = (counts[link] ?? 0) + 1;
      }
      if (Math.max(...counts) >= most) hits++;
    }
    expect(Math.abs(hashTail(flows, links, most) - hits / runs)).toBeLessThan(0.05);
  });

  it('is certain of at least the mean, and of nothing without flows', () => {
    expect(hashTail(64, 16, 0)).toBe(1);
    expect(hashTail(0, 16, 3)).toBe(1);
    expect(hashTail(20_000, 16, 1250)).toBeGreaterThan(0.99);
    expect(hashTail(20_000, 16, 1500)).toBeLessThan(1e-6);
  });
});
