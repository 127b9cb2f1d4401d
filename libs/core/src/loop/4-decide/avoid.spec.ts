import * as fc from 'fast-check';
import { weightsWithout } from './avoid';

const GRID = 64;

describe('weights without the next hops to avoid', () => {
  it('leaves a bad link for a next hop that stood by without a weight', () => {
    const hops = [
      { interface: 'up1', weight: 64 },
      { interface: 'up2', weight: 0 },
    ];
    expect(weightsWithout(hops, [true, false], GRID)).toEqual({ up1: 1, up2: 63 });
  });

  it('gives next hops to avoid one entry of the grid at most, whatever the weights were', () => {
    const hop = fc.record({ weight: fc.nat({ max: GRID }), bad: fc.boolean() });
    fc.assert(
      fc.property(fc.array(hop, { minLength: 2, maxLength: 8 }), (given) => {
        fc.pre(given.some(({ bad }) => bad) && given.some(({ bad }) => !bad));
        const hops = given.map(({ weight }, i) => ({ interface: `up${i}`, weight }));
        const weights = weightsWithout(
          hops,
          given.map(({ bad }) => bad),
          GRID,
        );
        const sum = (isBad: boolean): number =>
          given.reduce(
            (all, { bad }, i) => all + (bad === isBad ? (weights[`up${i}`] ?? 0) : 0),
            0,
          );
        expect(sum(true)).toBeLessThanOrEqual(1);
        expect(sum(false)).toBeGreaterThan(0);
      }),
    );
  });
});
