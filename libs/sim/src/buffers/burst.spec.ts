import fc from 'fast-check';
import { integrateBurst, type Burst } from './burst';

/** The same by brute force: Euler steps of one microsecond over many periods. */
function simulated(burst: Burst, background: number, service: number, limit: number) {
  const dtMs = 0.001;
  let depth = 0;
  let peak = 0;
  let area = 0;
  let dropped = 0;
  let arrived = 0;
  let time = 0;
  const periods = 30;
  for (let p = 0; p < periods; p++) {
    const measured = p >= periods - 5;
    for (let t = 0; t < burst.periodMs; t += dtMs) {
      const rate = background + (t < burst.onMs ? burst.onBps : 0);
      const grown = Math.max(0, depth + ((rate - service) * dtMs) / 8000);
      depth = Math.min(limit, grown);
      if (!measured) continue;
      dropped += grown - depth;
      arrived += (rate * dtMs) / 8000;
      area += depth * dtMs;
      time += dtMs;
      peak = Math.max(peak, depth);
    }
  }
  return { peakBytes: peak, meanBytes: area / time, dropRatio: dropped / arrived };
}

describe('bursts shorter than a step', () => {
  it.each([
    ['fits', 2e6],
    ['overflows', 1e5],
  ])('agrees with a microsecond simulation when the burst %s', (_, limit) => {
    const burst = { periodMs: 4, onMs: 1, onBps: 40e9 };
    const exact = integrateBurst(burst, 2e9, 25e9, limit);
    const brute = simulated(burst, 2e9, 25e9, limit);
    expect(exact.peakBytes / brute.peakBytes).toBeCloseTo(1, 1);
    expect(exact.meanBytes / brute.meanBytes).toBeCloseTo(1, 1);
    expect(exact.dropRatio).toBeCloseTo(brute.dropRatio, 2);
  });

  it('keeps what the pause cannot drain', () => {
    const burst = { periodMs: 2, onMs: 1.2, onBps: 45e9 };
    const exact = integrateBurst(burst, 0, 25e9, 1e6);
    const brute = simulated(burst, 0, 25e9, 1e6);
    expect(exact.dropRatio).toBeCloseTo(brute.dropRatio, 2);
    expect(exact.peakBytes).toBe(1e6);
  });

  it('is silent when the link is faster than the burst', () => {
    expect(integrateBurst({ periodMs: 10, onMs: 1, onBps: 20e9 }, 1e9, 25e9, 1e6).dropRatio).toBe(
      0,
    );
  });

  it('never drops more with a larger limit', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 5, noNaN: true }),
        fc.double({ min: 1e9, max: 100e9, noNaN: true }),
        fc.double({ min: 1e3, max: 1e7, noNaN: true }),
        (onMs, onBps, limit) => {
          const burst = { periodMs: 10, onMs, onBps };
          const small = integrateBurst(burst, 1e9, 25e9, limit);
          const large = integrateBurst(burst, 1e9, 25e9, limit * 2);
          expect(large.dropRatio).toBeLessThanOrEqual(small.dropRatio + 1e-12);
          expect(small.peakBytes).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });
});
