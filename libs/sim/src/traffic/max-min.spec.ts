import fc from 'fast-check';
import { maxMin, type Flow } from './max-min';

const ONE_QUEUE = [{ strict: false, weight: 1 }];
const flow = (channels: number[], demandBps = Infinity, queue = 0, weight = 1): Flow => ({
  channels,
  queue,
  demandBps,
  weight,
});
const rates = (capacity: number[], flows: Flow[], queues = ONE_QUEUE): number[] => [
  ...maxMin(Float64Array.from(capacity), flows, queues).rateBps,
];

describe('max-min sharing', () => {
  it('splits one link equally', () => {
    expect(rates([9], [flow([0]), flow([0]), flow([0])])).toEqual([3, 3, 3]);
  });

  it('gives what a small flow leaves to the others', () => {
    expect(rates([10], [flow([0], 2), flow([0]), flow([0])])).toEqual([2, 4, 4]);
  });

  it('solves the parking lot: the long flow is held at its tightest link', () => {
    expect(rates([10, 4], [flow([0, 1]), flow([0]), flow([1])])).toEqual([2, 8, 2]);
  });

  it('solves the five-session example of Bertsekas and Gallager', () => {
    // Links A..D of capacity 1; p1 over A-B-C, p2 and p3 over A-B, p4 and p5 over C-D's two parts.
    const result = rates([1, 1, 1], [flow([0, 1]), flow([0]), flow([0]), flow([1, 2]), flow([2])]);
    expect(result[0]).toBeCloseTo(1 / 3, 9);
    expect(result[1]).toBeCloseTo(1 / 3, 9);
    expect(result[3]).toBeCloseTo(0.5, 9);
    expect(result[4]).toBeCloseTo(0.5, 9);
  });

  it('serves strict queues first and the rest by weight', () => {
    const queues = [
      { strict: true, weight: 0 },
      { strict: false, weight: 60 },
      { strict: false, weight: 40 },
    ];
    const result = rates(
      [100],
      [flow([0], 20, 0), flow([0], Infinity, 1), flow([0], Infinity, 2)],
      queues,
    );
    expect(result[0]).toBeCloseTo(20, 9);
    expect(result[1]).toBeCloseTo(48, 9);
    expect(result[2]).toBeCloseTo(32, 9);
  });

  it('hands on what a weighted queue with little traffic leaves', () => {
    const queues = [
      { strict: false, weight: 50 },
      { strict: false, weight: 50 },
    ];
    // Queue 1 is held to 1 by link 1, so queue 0 gets the other 9 of link 0.
    const result = rates([10, 1], [flow([0], Infinity, 0), flow([0, 1], Infinity, 1)], queues);
    expect(result[0]).toBeCloseTo(9, 6);
    expect(result[1]).toBeCloseTo(1, 6);
  });

  it('names the bottleneck', () => {
    const result = maxMin(Float64Array.from([10, 4]), [flow([0, 1]), flow([0], 1)], ONE_QUEUE);
    expect([...result.bottleneck]).toEqual([1, -1]);
  });

  it('never overbooks a link, and leaves no flow that could have more', () => {
    const network = fc.record({
      capacity: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 2, maxLength: 6 }),
      flows: fc.array(
        fc.record({
          channels: fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 3 }),
          demand: fc.option(fc.integer({ min: 1, max: 50 }), { nil: Infinity }),
        }),
        { minLength: 1, maxLength: 12 },
      ),
    });
    fc.assert(
      fc.property(network, ({ capacity, flows }) => {
        const list = flows.map((entry) =>
          flow([...new Set(entry.channels.map((c) => c % capacity.length))], entry.demand),
        );
        const result = rates(capacity, list);
        const used = capacity.map((_, c) =>
          list.reduce((sum, f, i) => sum + (f.channels.includes(c) ? (result[i] ?? 0) : 0), 0),
        );
        capacity.forEach((limit, c) => expect(used[c]).toBeLessThanOrEqual(limit * (1 + 1e-6)));
        list.forEach((f, i) => {
          const own = result[i] ?? 0;
          if (own >= f.demandBps * (1 - 1e-6)) return;
          // Max-min: some full link on the way where nobody gets more than this flow.
          const held = f.channels.some((c) => {
            const full = (used[c] ?? 0) >= (capacity[c] ?? 0) * (1 - 1e-6);
            const most = Math.max(
              ...list.map((other, j) => (other.channels.includes(c) ? (result[j] ?? 0) : 0)),
            );
            return full && most <= own * (1 + 1e-6);
          });
          expect(held).toBe(true);
        });
      }),
    );
  });
});
