import fc from 'fast-check';
import { roundToGrid, sharesOf } from './grid';

describe('roundToGrid', () => {
  it('property: whole entries that add up, each less than one off where nothing has to be kept', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 }),
        fc.integer({ min: 256, max: 1024 }),
        (shares, entries) => {
          const usable = shares.map(() => true);
          const weights = roundToGrid(shares, usable, entries);
          expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(entries);
          const wanted = sharesOf(shares);
          weights.forEach((weight, i) =>
            expect(Math.abs(weight - wanted[i]! * entries)).toBeLessThan(1),
          );
        },
      ),
    );
  });

  it('keeps two next hops, of which one was to have nothing', () => {
    expect(roundToGrid([0, 1, 0], [true, true, true], 16)).toEqual([1, 15, 0]);
  });

  it('keeps no next hop that cannot be used', () => {
    expect(roundToGrid([0, 1, 0], [false, true, true], 16)).toEqual([0, 15, 1]);
  });

  it('keeps all where an entry is next to nothing', () => {
    expect(roundToGrid([0, 1, 0], [true, true, true], 256)).toEqual([1, 254, 1]);
  });
});
