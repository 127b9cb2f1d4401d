import { seededRandom } from '@weir/core/base';
import { backOff, firstWindowBytes, lossPenalty, nextRetryMs, rateUnderLoss } from './loss';

const random = seededRandom(3);

describe('loss', () => {
  it('holds TCP to the rate of Mathis, and NICs that go back N to their efficiency', () => {
    // 1.22 x 12,000 bit / sqrt(1e-4) / 1 ms
    expect(rateUnderLoss('cubic', 1e-4, 1, 25e9)).toBeCloseTo(1.464e9, -3);
    // W = 100e9 x 12 us / 12,000 bit = 100 packets: 0.99 / (0.99 + 0.01 x 100)
    expect(rateUnderLoss('dcqcn', 0.01, 0.012, 100e9)).toBeCloseTo((100e9 * 0.99) / 1.99, -3);
    expect(rateUnderLoss('cubic', 0, 1, 25e9)).toBe(Infinity);
    expect(rateUnderLoss('none', 0.5, 1, 25e9)).toBe(Infinity);
  });

  it('costs nothing where nothing is lost, a time-out where all is', () => {
    expect(lossPenalty(10, 1, 1, 200, random)).toEqual({ ms: 0, timeoutMs: 0, timeouts: 0 });
    const all = lossPenalty(10, 0, 1, 200, random);
    expect(all).toEqual({ ms: 200 * 63, timeoutMs: 200 * 63, timeouts: 6 });
  });

  it('of one packet of a short message is a time-out, of a long one mostly a round trip', () => {
    const share = (packets: number): number => {
      let timeouts = 0;
      let hit = 0;
      for (let i = 0; i < 20_000; i++) {
        const penalty = lossPenalty(packets, 0.999, 1, 200, random);
        if (penalty.ms > 0) hit += 1;
        if (penalty.timeouts > 0) timeouts += 1;
      }
      return timeouts / hit;
    };
    expect(share(2)).toBe(1);
    expect(share(300)).toBeLessThan(0.05);
  });

  it('backs off as RFC 6298 says', () => {
    expect(backOff(0, 200, random)).toEqual({ ms: 200, timeouts: 1 });
    expect(backOff(1, 200, random)).toEqual({ ms: 12_600, timeouts: 6 });
    expect(nextRetryMs(0, 0, 200)).toBe(200);
    expect(nextRetryMs(0, 201, 200)).toBe(600);
    expect(nextRetryMs(100, 1_400, 200)).toBe(1_500);
  });

  it('a first window is ten packets, or a round trip at line rate', () => {
    const nic = { lineRateBps: 100e9, connections: 1 };
    expect(firstWindowBytes('cubic', 1, nic)).toBe(15_000);
    expect(firstWindowBytes('dcqcn', 0.01, nic)).toBe(125_000);
    expect(firstWindowBytes('dcqcn', 0.01, { ...nic, connections: 5 })).toBe(25_000);
    expect(firstWindowBytes('dcqcn', 0.01, { ...nic, connections: 1_000 })).toBe(1_500);
  });
});
