import fc from 'fast-check';
import { weightFor, type WeightQuestion } from './weight';

const BASE: WeightQuestion = {
  weight: 10,
  totalWeight: 100,
  capacityBps: 10e9,
  wantedBps: 2e9,
  maxShareRatio: 0.7,
  rivals: [{ weight: 90, needBps: 0 }],
};

describe('the weight of a starved queue', () => {
  it.each<[string, Partial<WeightQuestion>, number | null]>([
    // 20 % of the port beside 90: 0.2 x 90 / 0.8 = 22.5.
    ['is the smallest whole one that guarantees the rate', {}, 23],
    ['hits a share exactly', { wantedBps: 2.5e9 }, 30],
    ['stays below the largest share', { wantedBps: 9e9 }, 210],
    [
      'leaves a rival what it needs: 90 / (90 + 22) of 10 is 8 Gb/s',
      { rivals: [{ weight: 90, needBps: 8e9 }] },
      22,
    ],
    ['is none where the rival needs all it has', { rivals: [{ weight: 90, needBps: 9e9 }] }, null],
    ['is none where a need is not known', { rivals: [{ weight: 90, needBps: NaN }] }, null],
    ['is none where the queue has enough', { wantedBps: 0.5e9 }, null],
    [
      'is none where the share is at its limit',
      { weight: 210, totalWeight: 300, wantedBps: 9e9 },
      null,
    ],
    [
      'is none where nobody else is served by weight',
      { weight: 10, totalWeight: 10, rivals: [] },
      null,
    ],
    ['is none where strict queues leave nothing', { capacityBps: 0 }, null],
  ])('%s', (_, change, expected) => {
    expect(weightFor({ ...BASE, ...change })).toBe(expected);
  });

  it('property: a raise guarantees more, within the limit, and starves no rival', () => {
    const rival = fc.record({
      weight: fc.integer({ min: 1, max: 500 }),
      needRatio: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const question = fc.record({
      weight: fc.integer({ min: 1, max: 500 }),
      idle: fc.nat(500),
      capacityBps: fc.integer({ min: 1e6, max: 4e11 }),
      wantedRatio: fc.double({ min: 0.001, max: 3, noNaN: true }),
      maxShareRatio: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
      rivals: fc.array(rival, { minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(question, ({ weight, idle, capacityBps, wantedRatio, maxShareRatio, rivals }) => {
        const sending = rivals.reduce((sum, item) => sum + item.weight, 0);
        const others = sending + idle;
        const needs = rivals.map((item) => ({
          weight: item.weight,
          needBps: item.needRatio * capacityBps,
        }));
        const next = weightFor({
          weight,
          totalWeight: weight + others,
          capacityBps,
          wantedBps: wantedRatio * capacityBps,
          maxShareRatio,
          rivals: needs,
        });
        if (next === null) return;
        expect(Number.isInteger(next)).toBe(true);
        expect(next).toBeGreaterThan(weight);
        expect(next / (next + others)).toBeLessThanOrEqual(maxShareRatio + 1e-6);
        for (const item of needs)
          expect((item.weight / (next + sending)) * capacityBps).toBeGreaterThanOrEqual(
            item.needBps * (1 - 1e-6),
          );
        // Not more than was asked for, but for the last whole number.
        expect((next - 1) / (next - 1 + others)).toBeLessThan(wantedRatio);
      }),
    );
  });
});
