import fc from 'fast-check';
import { USUAL_MARKING } from '../evidence';
import { nextThresholds } from './marking';

const marked = (minThresholdBytes: number, maxThresholdBytes: number, enabled = true) => ({
  enabled,
  minThresholdBytes,
  maxThresholdBytes,
  maxProbabilityPercent: 20,
});

describe('nextThresholds', () => {
  it.each([
    ['50 Mb/s: ten frames, since 200 bytes are none', 50e6, 15_140, 60_560],
    ['1 Gb/s: ten frames', 1e9, 15_140, 60_560],
    ['3.784 Gb/s: just ten frames', 3.785e9, 15_140, 60_560],
    ['25 Gb/s: as published', 25e9, 100_000, 400_000],
    ['400 Gb/s: scaled', 400e9, 1_600_000, 6_400_000],
  ])('%s', (_, rate, minBytes, maxBytes) => {
    expect(nextThresholds(USUAL_MARKING, rate, null)).toEqual({ minBytes, maxBytes });
  });

  it.each([
    ['is off', marked(50_000, 60_000, false), { minBytes: 100_000, maxBytes: 400_000 }],
    ['begins later', marked(100_001, 2e6), { minBytes: 100_000, maxBytes: 400_000 }],
    ['begins there', marked(100_000, 400_000), { minBytes: 80_000, maxBytes: 320_000 }],
    ['begins before', marked(40_000, 90_000), { minBytes: 32_000, maxBytes: 72_000 }],
    ['is a step from the least', marked(31_250, 90_000), { minBytes: 25_000, maxBytes: 72_000 }],
    ['would begin too early', marked(31_000, 90_000), null],
  ])('at 25 Gb/s, where marking %s', (_, present, expected) => {
    expect(nextThresholds(USUAL_MARKING, 25e9, present)).toEqual(expected);
  });

  it('keeps some frames on a slow link, however little the line rate asks for', () => {
    const oneFrame = { ...USUAL_MARKING, minThresholdFrames: 1 };
    expect(nextThresholds(oneFrame, 50e6, marked(1_514, 30_000))).toBeNull();
    const tenFrames = marked(15_140, 60_560);
    expect(nextThresholds(USUAL_MARKING, 50e6, tenFrames)).toEqual({
      minBytes: 12_112,
      maxBytes: 48_448,
    });
    expect(nextThresholds(USUAL_MARKING, 50e6, marked(7_569, 30_000))).toBeNull();
  });

  it('comes to an end, never raises what is there, and keeps the order', () => {
    const rate = fc.double({ min: 1e6, max: 8e11, noNaN: true });
    const bytes = fc.integer({ min: 1, max: 10_000_000 });
    fc.assert(
      fc.property(rate, bytes, bytes, (capacityBps, a, b) => {
        let present = marked(Math.min(a, b), Math.max(a, b));
        for (let steps = 0; steps < 100; steps++) {
          const next = nextThresholds(USUAL_MARKING, capacityBps, present);
          if (next === null) return;
          expect(next.minBytes).toBeLessThan(present.minThresholdBytes);
          expect(next.maxBytes).toBeGreaterThanOrEqual(next.minBytes);
          present = marked(next.minBytes, next.maxBytes);
        }
        throw new Error('a hundred steps and no end');
      }),
    );
  });
});
