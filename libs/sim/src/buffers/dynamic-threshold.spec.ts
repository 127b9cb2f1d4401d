import { shareBuffer, type BufferClaim } from './dynamic-threshold';

const claim = (alpha: number, wantedBytes = Infinity, dedicatedBytes = 0): BufferClaim => ({
  alpha,
  dedicatedBytes,
  staticLimitBytes: 0,
  wantedBytes,
});

describe('dynamic threshold', () => {
  const B = 32e6;

  it.each([
    [1, 1],
    [4, 0.5],
    [16, 2 ** -4],
    [7, 8],
  ])('gives %d saturated queues with alpha %d: alpha B / (1 + alpha N) each', (n, alpha) => {
    const shares = shareBuffer(
      B,
      Array.from({ length: n }, () => claim(alpha)),
    );
    const expected = (alpha * B) / (1 + alpha * n);
    for (const depth of shares.depthBytes) expect(depth).toBeCloseTo(expected, 3);
    expect(shares.freeBytes).toBeCloseTo(B / (1 + alpha * n), 3);
  });

  it('leaves small queues what they want and shares the rest', () => {
    const shares = shareBuffer(B, [claim(1, 2e6), claim(1)]);
    expect(shares.depthBytes[0]).toBe(2e6);
    expect(shares.depthBytes[1]).toBeCloseTo(15e6, 3);
    expect(shares.saturated).toEqual([false, true]);
  });

  it('cuts a queue that wants more than its limit', () => {
    const shares = shareBuffer(B, [claim(0.25, 20e6)]);
    expect(shares.saturated).toEqual([true]);
    expect(shares.depthBytes[0]).toBeCloseTo(6.4e6, 3);
  });

  it('counts the dedicated part outside the shared pool', () => {
    const shares = shareBuffer(B, [claim(1, Infinity, 1e6)]);
    expect(shares.depthBytes[0]).toBeCloseTo(17e6, 3);
    expect(shares.freeBytes).toBeCloseTo(16e6, 3);
  });
});
