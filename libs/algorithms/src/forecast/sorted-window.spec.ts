import fc from 'fast-check';
import { SortedWindow } from './sorted-window';

const numbers = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 60 });

describe('SortedWindow', () => {
  it('is always the last values in order', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 12 }), (values, size) => {
        const window = new SortedWindow(size);
        for (const value of values) window.push(value);
        const wanted = values.slice(-size).sort((a, b) => a - b);
        expect(window.length).toBe(wanted.length);
        expect(wanted.map((_, rank) => window.at(rank))).toEqual(wanted);
      }),
    );
  });

  it('has its median in the middle', () => {
    const window = new SortedWindow(4);
    expect(window.median()).toBeNaN();
    for (const [value, median] of [
      [3, 3],
      [1, 2],
      [9, 3],
      [100, 6],
      [0, 5],
      [0, 4.5],
    ] as const) {
      window.push(value);
      expect(window.median()).toBe(median);
    }
  });
});
