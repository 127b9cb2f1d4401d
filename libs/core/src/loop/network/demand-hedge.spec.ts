import type { TelemetryFrame } from '../../model';
import type { Trend } from '../observed';
import type { Pass } from '../pass';
import { foldDemand, hedgedBps } from './demand-hedge';
import type { DemandHedge } from './hedge-state';

const GBPS = 1e9;
const leg = { from: 'l1', prefix: 'p0' } as unknown as Parameters<typeof hedgedBps>[1];

const layoutOf = (rows: number) =>
  ({
    prefixIndex: new Map(Array.from({ length: rows }, (_, i) => [`l1|p${i}`, i])),
  }) as unknown as TelemetryFrame['layout'];

/** Half a second a frame; `rateAt` gives the rate of every row. */
function follow(seconds: number, rows: number, rateAt: (second: number, row: number) => number) {
  const layout = layoutOf(rows);
  let hedge: DemandHedge | undefined;
  for (let tick = 0; tick <= seconds * 2; tick++) {
    const txBps = Float64Array.from({ length: rows }, (_, row) => rateAt(tick / 2, row));
    const frame = { layout, atMs: tick * 500, prefixes: { txBps } } as unknown as TelemetryFrame;
    hedge = foldDemand(hedge, frame, { prefixBps: txBps } as unknown as Trend);
  }
  return hedge as DemandHedge;
}

const passOf = (demand: DemandHedge): Pass => ({ observed: { demand } }) as unknown as Pass;

describe('what a commodity is expected to send', () => {
  it('is what is measured until forecasts were judged', () => {
    const hedge = follow(25, 1, () => GBPS);
    expect(hedgedBps(passOf(hedge), leg, 0.7 * GBPS)).toBe(0.7 * GBPS);
  });

  it('is the level where there is one', () => {
    const hedge = follow(200, 1, () => GBPS);
    expect(hedgedBps(passOf(hedge), leg, 0.8 * GBPS)).toBeCloseTo(GBPS, 0);
  });

  it('leans to the peaks where blocks come and go, although the last one was low', () => {
    // A block at 4, two at 1: too little costs three times as much as too much.
    const hedge = follow(301, 1, (second) => (Math.floor(second / 10) % 3 === 0 ? 4 : 1) * GBPS);
    const expected = hedgedBps(passOf(hedge), leg, 2 * GBPS);
    expect(expected).toBeGreaterThan(2 * GBPS);
    expect(expected).toBeLessThanOrEqual(4 * GBPS);
  });

  it('follows the last block where the level moves and stays', () => {
    const hedge = follow(240, 1, (second) => (second < 120 ? 4 : 1) * GBPS);
    expect(hedgedBps(passOf(hedge), leg, GBPS)).toBeLessThan(1.2 * GBPS);
  });

  it('is never believed beyond twice what is measured, nor below half', () => {
    const hedge = follow(200, 1, () => GBPS);
    expect(hedgedBps(passOf(hedge), leg, 0.1 * GBPS)).toBeCloseTo(0.2 * GBPS, 0);
    expect(hedgedBps(passOf(hedge), leg, 10 * GBPS)).toBeCloseTo(5 * GBPS, 0);
  });

  it('is followed for the largest rows only, whatever their number, and unknown is not zero', () => {
    const hedge = follow(45, 5_000, (second, row) => (second === 20 ? NaN : row * 1e6));
    expect(hedge.rows).toHaveLength(2_048);
    expect(Math.min(...hedge.rows)).toBe(5_000 - 2_048);
    expect(hedge.averageBps[0]).toBeCloseTo((5_000 - 2_048) * 1e6, 0);
    expect(hedgedBps(passOf(hedge), leg, GBPS)).toBe(GBPS);
  });
});
