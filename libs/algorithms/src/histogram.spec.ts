import fc from 'fast-check';
import { quantile } from './histogram';

describe('quantile', () => {
  it('interpolates within the bucket', () => {
    expect(quantile([10, 20], [10, 10, 0], 0.75)).toBe(15);
    expect(quantile([10, 20], [10, 0, 0], 0.5)).toBe(5);
  });

  it('is NaN without observations and the last bound above all bounds', () => {
    expect(quantile([1, 2], [0, 0, 0], 0.5)).toBeNaN();
    expect(quantile([], [3], 0.5)).toBeNaN();
    expect(quantile([1, 2], [0, 0, 7], 0.5)).toBe(2);
  });

  it('grows with q and stays within the bounds', () => {
    const counts = fc.array(fc.nat(50), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(counts, fc.double({ min: 0, max: 1, noNaN: true }), (n, q) => {
        const bounds = [1, 5, 25];
        const low = quantile(bounds, n, q / 2);
        const high = quantile(bounds, n, q);
        if (n.every((count) => count === 0)) return Number.isNaN(high);
        return low <= high + 1e-9 && high >= 0 && high <= 25;
      }),
    );
  });
});
