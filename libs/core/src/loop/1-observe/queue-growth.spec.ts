import fc from 'fast-check';
import type { TelemetryFrame } from '../../model';
import type { QueueGrowth } from '../observed';
import { foldQueueGrowth } from './queue-growth';

const BPS = 25e9;
const layout = { channels: [{ capacityBps: BPS }], queues: [{ channel: 0 }] };

/** Samples of a queue whose depth at a time is known, one frame for each or more. */
function folded(
  depthAt: (ms: number) => number,
  { sampleMs, samples, framesEach = 1 }: { sampleMs: number; samples: number; framesEach?: number },
): QueueGrowth | null {
  let growth: QueueGrowth | null = null;
  for (let n = 0; n < samples; n++) {
    const steps = Array.from({ length: 200 }, (_, i) => depthAt((n + (i + 0.5) / 200) * sampleMs));
    const mean = steps.reduce((sum, depth) => sum + depth, 0) / steps.length;
    for (let frame = 0; frame < framesEach; frame++) {
      const ageMs = (frame * sampleMs) / framesEach;
      const queues = {
        depthBytes: Float64Array.of(mean),
        peakDepthBytes: Float64Array.of(Math.max(...steps)),
        ageMs: Float64Array.of(ageMs),
      };
      const atMs = (n + 1) * sampleMs + ageMs;
      growth = foldQueueGrowth(growth, { layout, queues, atMs } as unknown as TelemetryFrame, 0.1);
    }
  }
  return growth;
}

/** Empty until `fromMs`, then so many times the port's rate arrives for some time, then nothing. */
const burst =
  (fromMs: number, ratio: number, forMs: number) =>
  (ms: number): number => {
    const bytesPerMs = BPS / 8000;
    const grown = Math.max(0, Math.min(ms - fromMs, forMs)) * (ratio - 1) * bytesPerMs;
    return Math.max(0, grown - Math.max(0, ms - fromMs - forMs) * bytesPerMs);
  };

const ratioOf = (growth: QueueGrowth | null): number => growth?.arrivingRatio[0] ?? NaN;

describe('foldQueueGrowth', () => {
  it('tells how many times the rate arrives where a sample is as short as the burst', () => {
    const growth = folded(burst(20, 4, 5), { sampleMs: 5, samples: 5 });
    expect(ratioOf(growth)).toBeGreaterThan(3.6);
    expect(ratioOf(growth)).toBeLessThan(4.01);
    expect(growth?.sampleMs[0]).toBe(5);
  });

  it('is never above what arrived, however long the samples and wherever the burst', () => {
    fc.assert(
      fc.property(
        fc.record({
          ratio: fc.double({ min: 1.05, max: 16, noNaN: true }),
          fromMs: fc.double({ min: 10, max: 400, noNaN: true }),
          forMs: fc.double({ min: 0.2, max: 60, noNaN: true }),
          sampleMs: fc.integer({ min: 1, max: 100 }),
          framesEach: fc.integer({ min: 1, max: 3 }),
        }),
        ({ ratio, fromMs, forMs, sampleMs, framesEach }) => {
          const samples = Math.min(100, Math.ceil(600 / sampleMs));
          const growth = folded(burst(fromMs, ratio, forMs), { sampleMs, samples, framesEach });
          // Depths are read 200 times in a sample, which is not quite all of them.
          expect(ratioOf(growth)).toBeLessThanOrEqual(1 + (ratio - 1) * 1.02);
          expect(ratioOf(growth)).toBeGreaterThanOrEqual(1);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('says nearly nothing in samples of a second, and nothing of a queue that stands', () => {
    const often = (ms: number): number => (ms < 2_000 ? 0 : burst(10, 4, 15)(ms % 100));
    expect(ratioOf(folded(often, { sampleMs: 1_000, samples: 5 }))).toBeLessThan(1.1);
    expect(ratioOf(folded(() => 4e6, { sampleMs: 10, samples: 5 }))).toBe(1);
    expect(ratioOf(folded(() => NaN, { sampleMs: 10, samples: 5 }))).toBe(1);
  });

  it('forgets with the averages', () => {
    const soon = ratioOf(folded(burst(20, 4, 5), { sampleMs: 5, samples: 6 }));
    const late = ratioOf(folded(burst(20, 4, 5), { sampleMs: 5, samples: 60 }));
    expect(late).toBeLessThan(1 + (soon - 1) / 10);
  });
});
