import { rateUnderLoss } from '../jobs/loss';
import { tailDropRatio } from './tail-drop';

const senders = (connections: number) => ({ connections, rateBps: 10e9, baseRttMs: 0.1 });

describe('queues that loss holds', () => {
  it('lose what Mathis says the senders need to stay at their share', () => {
    const limit = 1e6;
    const lossRatio = tailDropRatio(senders(10), limit, 10e9);
    const rttMs = 0.1 + (limit * 8) / 10e6;
    expect(rateUnderLoss('cubic', lossRatio, rttMs, 10e9)).toBeCloseTo(1e9, -2);
  });

  it('lose more with more senders and less with a larger buffer', () => {
    expect(tailDropRatio(senders(100), 1e6, 10e9)).toBeGreaterThan(
      tailDropRatio(senders(10), 1e6, 10e9),
    );
    expect(tailDropRatio(senders(10), 4e6, 10e9)).toBeLessThan(
      tailDropRatio(senders(10), 1e6, 10e9),
    );
  });

  it('lose all beyond the buffer when not even two packets of each sender fit', () => {
    // 1,000 x 2 x 1,500 bytes against 500 kB of queue and 125 kB of wire.
    expect(tailDropRatio(senders(1000), 5e5, 10e9)).toBeCloseTo(1 - 625e3 / 3e6, 6);
  });
});
