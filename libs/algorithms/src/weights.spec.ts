import fc from 'fast-check';
import { fillWeights } from './weights';

const problem = (residualBps: number[], keepAtLeast = 2, gridEntries = 64) => ({
  residualBps,
  demandBps: 1e9,
  gridEntries,
  keepAtLeast,
});

describe('fillWeights', () => {
  it('is in proportion to what is left', () => {
    expect(fillWeights(problem([30e9, 10e9]))).toEqual([48, 16]);
  });

  it('takes a full next hop out of use where enough others remain', () => {
    expect(fillWeights(problem([0, 10e9, 10e9, 10e9]))[0]).toBe(0);
  });

  it('keeps one entry on a full next hop where too few others remain', () => {
    expect(fillWeights(problem([0, 10e9]))).toEqual([1, 63]);
  });

  it('spreads evenly when nothing is left anywhere', () => {
    expect(fillWeights(problem([0, 0]))).toEqual([32, 32]);
  });

  it('always fills the grid exactly and never goes below what must be kept', () => {
    const residuals = fc.array(fc.double({ min: 0, max: 1e11, noNaN: true }), {
      minLength: 1,
      maxLength: 16,
    });
    fc.assert(
      fc.property(residuals, fc.constantFrom(16, 64, 256), (residual, grid) => {
        const weights = fillWeights(problem(residual, 2, grid));
        const used = weights.filter((weight) => weight > 0).length;
        const sum = weights.reduce((a, b) => a + b, 0);
        const filled = residual.every((value) => value === 0) || sum === grid;
        return filled && used >= Math.min(2, residual.length) && weights.every(Number.isInteger);
      }),
    );
  });
});
