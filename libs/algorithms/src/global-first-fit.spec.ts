import * as fc from 'fast-check';
import { globalFirstFit } from './global-first-fit';

describe('globalFirstFit', () => {
  it('takes the first path with room on every channel, flow by flow', () => {
    const paths = [
      [0, 2],
      [1, 2],
    ];
    const flows = [6, 6, 4].map((demandBps) => ({ demandBps, paths }));
    expect([...globalFirstFit(flows, [10, 10, 12])]).toEqual([0, 1, -1]);
    expect([...globalFirstFit(flows, [10, 10, 16])]).toEqual([0, 1, 0]);
    expect([...globalFirstFit(flows, [10, 10, 16], [5, 0, 0])]).toEqual([1, -1, 0]);
  });

  it('fills a channel to the brim in spite of rounding', () => {
    const flows = Array.from({ length: 10 }, () => ({ demandBps: 0.1, paths: [[0]] }));
    expect([...globalFirstFit(flows, [1])]).toEqual(flows.map(() => 0));
  });

  it('never reserves more than there is, and only turns away what fits nowhere', () => {
    const flow = fc.record({
      demandBps: fc.integer({ min: 1, max: 10 }),
      paths: fc.array(fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(flow, { maxLength: 12 }), (flows) => {
        const capacity = [20, 20, 20, 20, 20];
        const reserved = [0, 0, 0, 0, 0];
        const chosen = globalFirstFit(flows, capacity);
        flows.forEach(({ demandBps, paths }, i) => {
          const fits = (path: readonly number[]): boolean =>
            path.every((channel) => reserved[channel]! + demandBps <= 20);
          expect(chosen[i]).toBe(paths.findIndex(fits));
          for (const channel of paths[chosen[i]!] ?? []) reserved[channel]! += demandBps;
        });
        expect(Math.max(...reserved)).toBeLessThanOrEqual(20);
      }),
    );
  });
});
