import type { BurnPolicy } from '../../model';
import { foldBurn, slowOf } from '../1-observe/burn-rate';
import { UNKNOWN_JOB_TIMES, type BurnBin, type ObjectiveState } from '../observed';
import { burningIn } from './burn-rate';
import { nextSymptom } from './hysteresis';

const MINUTE_MS = 60_000;
const burn: BurnPolicy = {
  targetRatio: 0.999,
  windows: [{ longMs: 60 * MINUTE_MS, shortMs: 5 * MINUTE_MS, factor: 14.4 }],
};

/** A minute at a time, 1,000 observations of which so many are slow. */
const seen = (slow: readonly number[]): readonly BurnBin[] =>
  slow.reduce<readonly BurnBin[]>(
    (bins, own, i) => foldBurn(bins, burn, i * MINUTE_MS, { count: 1_000, slow: own }),
    [],
  );
const at = (minutes: number): number => minutes * MINUTE_MS;
const repeat = (value: number, times: number): number[] => Array<number>(times).fill(value);

describe('burning of an error budget', () => {
  it('is seen in both windows or not at all', () => {
    // 2 % slow of 0.1 % allowed is 20 times the budget.
    expect(burningIn(seen(repeat(20, 60)), burn, at(60), 50)).toMatchObject({ factor: 14.4 });
    // The last five minutes are good again: it is over.
    const over = seen([...repeat(25, 54), ...repeat(0, 6)]);
    expect(burningIn(over, burn, at(60), 50)).toBeNull();
    // Five bad minutes are a fortieth of what the hour may burn at that rate.
    const brief = seen([...repeat(0, 55), ...repeat(20, 5)]);
    expect(burningIn(brief, burn, at(60), 50)).toBeNull();
  });

  it('says nothing of an hour of which minutes were seen, of few observations, or without policy', () => {
    expect(burningIn(seen(repeat(20, 30)), burn, at(30), 50)).toBeNull();
    expect(burningIn(seen(repeat(20, 60)), burn, at(60), 1e9)).toBeNull();
    expect(burningIn(seen(repeat(20, 60)), null, at(60), 50)).toBeNull();
    expect(foldBurn(seen([20]), null, at(2), { count: 1_000, slow: 20 })).toEqual([]);
  });

  it('keeps no more bins than the longest window needs', () => {
    const bins = Array.from({ length: 20_000 }).reduce<readonly BurnBin[]>(
      (known, _, i) => foldBurn(known, burn, i * 1_000, { count: 10, slow: 0 }),
      [],
    );
    expect(bins.length).toBeLessThanOrEqual(121);
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(35_000);
  });

  it('counts what a histogram holds beyond a threshold', () => {
    expect(slowOf([10, 20, 40], [5, 4, 6, 2], 20)).toBe(8);
    // Half of the bucket from 20 to 40 is above 30.
    expect(slowOf([10, 20, 40], [5, 4, 6, 2], 30)).toBe(5);
  });
});

describe('an objective whose budget burns', () => {
  const detect = { windowMs: 1, minCount: 1, enterRatio: 1.05, leaveRatio: 0.95, holdMs: 30_000 };
  const policy = { ...detect, clearMs: 1_000, baselineRatio: 1.25 };
  const healthy = {
    objective: { thresholdMs: 100, metric: 'request-latency', quantile: 0.95 },
    state: 'healthy',
    quantileMs: 50,
    healthyMs: 50,
    medianMs: 20,
    healthyMedianMs: 20,
    job: UNKNOWN_JOB_TIMES,
    sinceMs: 0,
  } as unknown as ObjectiveState;
  const now = { monoMs: 5_000, wallMs: 9_000 };

  it('is breached at once although its quantile is good, and until the budget is saved', () => {
    const breached = nextSymptom(healthy, policy, now, true);
    expect(breached).toMatchObject({ state: 'breached', firstSeenWallMs: 9_000 });
    expect(nextSymptom(breached, policy, { ...now, monoMs: 90_000 }, true)).toBe(breached);
    expect(nextSymptom(breached, policy, { ...now, monoMs: 90_000 }, false).state).toBe('clearing');
    expect(nextSymptom(healthy, policy, now).state).toBe('healthy');
  });
});
