import fc from 'fast-check';
import { intervalOf, relativeChange, studentT } from './interval';

describe('studentT', () => {
  it.each([
    [1, 12.7062],
    [2, 4.3027],
    [3, 3.1824],
    [4, 2.7764],
    [9, 2.2622],
    [29, 2.0452],
    [1000, 1.9623],
  ])('with %d degrees of freedom is %d, as tables print it', (freedom, expected) => {
    expect(studentT(freedom)).toBeCloseTo(expected, 4);
  });
});

describe('intervalOf', () => {
  it('is the textbook interval', () => {
    // Mean 5, standard deviation 2.5820 over 4 values: 3.1824 x 2.5820 / 2.
    const interval = intervalOf([2, 4, 6, 8]);
    expect(interval).toMatchObject({ mean: 5, count: 4 });
    expect(interval?.half).toBeCloseTo(4.1085, 3);
  });

  it('knows nothing about the spread of one value, and nothing of none', () => {
    expect(intervalOf([3])).toEqual({ mean: 3, half: null, count: 1 });
    expect(intervalOf([])).toBeNull();
  });

  it('moves and stretches with the values', () => {
    const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2 });
    fc.assert(
      fc.property(values, fc.double({ min: 1, max: 9, noNaN: true }), (list, factor) => {
        const [plain, other] = [intervalOf(list), intervalOf(list.map((v) => v * factor + 7))];
        expect(other?.mean).toBeCloseTo((plain?.mean ?? NaN) * factor + 7, 6);
        expect(other?.half).toBeCloseTo((plain?.half ?? NaN) * factor, 6);
      }),
    );
  });
});

describe('relativeChange', () => {
  it('compares pairs, so that the difference between seeds does not blur the change', () => {
    const change = relativeChange([
      [100, 60],
      [1000, 600],
      [10, 6],
    ]);
    expect(change?.mean).toBeCloseTo(-0.4, 9);
    expect(change?.half).toBeCloseTo(0, 9);
  });

  it('leaves out pairs that started at zero', () => {
    expect(relativeChange([[0, 5]])).toBeNull();
  });
});
