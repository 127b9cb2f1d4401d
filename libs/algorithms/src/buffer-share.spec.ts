import fc from 'fast-check';
import { bufferShare, thresholdBytes } from './buffer-share';

const MB = 1e6;
const QUESTION = {
  bufferBytes: 32 * MB,
  congested: 1,
  ofClass: 1,
  burstBytes: MB,
  leastExponent: -8,
  mostExponent: 3,
};

describe('thresholdBytes', () => {
  it('is where queues come to rest that each take alpha times what is free', () => {
    const exponent = fc.integer({ min: -8, max: 3 });
    fc.assert(
      fc.property(exponent, fc.integer({ min: 1, max: 64 }), (power, queues) => {
        const each = thresholdBytes(2 ** power, MB, queues);
        const free = MB - queues * each;
        expect(free).toBeGreaterThan(0);
        expect(2 ** power * free).toBeCloseTo(each, 4);
        expect(free).toBeCloseTo(MB / (1 + 2 ** power * queues), 4);
      }),
    );
  });
});

describe('bufferShare', () => {
  it.each([
    ['a 32nd for one queue', {}, -4, true],
    ['exactly enough is enough', { burstBytes: (32 * MB) / 17 }, -4, true],
    ['a byte more is a power more', { burstBytes: (32 * MB) / 17 + 1 }, -3, true],
    ['eight queues at once', { congested: 8 }, -4, true],
    ['seventeen queues need more, since they take from each other', { congested: 17 }, -3, true],
    ['at most what is allowed', { burstBytes: 31 * MB }, 3, false],
    ['not all bursts fit at all', { congested: 32 }, 3, false],
    ['never less than there is', { leastExponent: 1 }, 1, true],
    ['the class shares what it may have', { burstBytes: 31 * MB, ofClass: 4 }, 1, false],
    ['and rounds that down', { burstBytes: 31 * MB, ofClass: 3 }, 1, false],
    ['however many it has', { burstBytes: 31 * MB, ofClass: 1e6, leastExponent: -2 }, -2, false],
  ])('%s', (_, over, exponent, fits) => {
    expect(bufferShare({ ...QUESTION, ...over })).toMatchObject({ exponent, fits });
  });

  it('is the smallest that fits', () => {
    const bytes = fc.double({ min: 1, max: 64 * MB, noNaN: true });
    const count = fc.integer({ min: 1, max: 128 });
    fc.assert(
      fc.property(bytes, count, count, (burstBytes, congested, ofClass) => {
        const question = { ...QUESTION, burstBytes, congested, ofClass };
        const { exponent, limitBytes, fits } = bufferShare(question);
        expect(limitBytes).toBe(thresholdBytes(2 ** exponent, question.bufferBytes, congested));
        expect(fits).toBe(limitBytes >= burstBytes * (1 - 1e-9));
        if (exponent === question.leastExponent) return;
        const less = thresholdBytes(2 ** (exponent - 1), question.bufferBytes, congested);
        expect(less).toBeLessThan(burstBytes);
      }),
    );
  });
});
