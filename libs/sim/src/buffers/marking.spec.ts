import { markedQueue } from './marking';

const senders = (connections: number, rateBps = 25e9) => ({
  connections,
  rateBps,
  baseRttMs: 0.08,
});

describe('queues that answer marks', () => {
  it('stay at K where the ramp is a step', () => {
    const step = { minThresholdBytes: 97_500, maxThresholdBytes: 97_500, maxProbability: 1 };
    expect(markedQueue(senders(2), step, 25e9).depthBytes).toBe(97_500);
  });

  it('mark the share of packets that DCTCP needs at its window: sqrt(2 / W)', () => {
    const ecn = { minThresholdBytes: 100_000, maxThresholdBytes: 400_000, maxProbability: 1 };
    const { markRatio, depthBytes } = markedQueue(senders(2), ecn, 25e9);
    // 12.5 Gb/s for 80 us and 100 kB of queue at 25 Gb/s.
    const window = (12.5e9 * (80e-6 + (100e3 * 8) / 25e9)) / 8 / 1500;
    expect(markRatio).toBeCloseTo(Math.sqrt(2 / window), 9);
    expect(depthBytes).toBeCloseTo(100_000 + 300_000 * Math.sqrt(2 / window), 3);
  });

  it('sit at the end of a ramp that does not mark enough', () => {
    const ecn = { minThresholdBytes: 1e5, maxThresholdBytes: 4e5, maxProbability: 0.01 };
    expect(markedQueue(senders(16), ecn, 25e9).depthBytes).toBe(4e5);
  });

  it('hold two packets of every connection, however hard they are marked', () => {
    const ecn = { minThresholdBytes: 5e4, maxThresholdBytes: 5e4, maxProbability: 1 };
    const held = markedQueue(senders(1000), ecn, 25e9);
    expect(held.depthBytes).toBeCloseTo(1000 * 2 * 1500 - (25e9 * 80e-6) / 8, 6);
    expect(held.markRatio).toBe(1);
  });
});
