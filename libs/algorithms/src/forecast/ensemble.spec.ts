import { seededRandom } from '@weir/core/base';
import { Ensemble } from './ensemble';
import { Ewma, LastValue, type Expert } from './expert';
import { RollingMedian } from './rolling-median';
import { Seasonal } from './seasonal';
import { RatedExpert } from './rated-expert';
import { normal, randomWalk, skewedNoise, trainingJob } from './testing/series';

interface Score {
  readonly error: number;
  readonly coverage: number;
}

/** Mean absolute error and share held, of forecasts that come due after `from`. */
function score(values: readonly number[], horizon: number, from: number): Score {
  const ensemble = new Ensemble({ horizon, coverage: 0.9 });
  const pending: ReturnType<Ensemble['forecast']>[] = [];
  let [sum, held] = [0, 0];
  for (const [i, value] of values.entries()) {
    const due = pending.length === horizon ? pending.shift() : undefined;
    if (due !== undefined && i >= from) {
      sum += Math.abs(value - due.value);
      if (value >= due.lower && value <= due.upper) held += 1;
    }
    ensemble.observe(value);
    pending.push(ensemble.forecast());
  }
  return { error: sum / (values.length - from), coverage: held / (values.length - from) };
}

function errorOf(expert: Expert, values: readonly number[], horizon: number, from: number): number {
  const pending: number[] = [];
  let sum = 0;
  for (const [i, value] of values.entries()) {
    const due = pending.length === horizon ? pending.shift()! : NaN;
    if (i >= from) sum += Math.abs(value - due);
    expert.observe(value);
    pending.push(expert.forecast(horizon));
  }
  return sum / (values.length - from);
}

/** A kind of series, and the expert that is known to be best for it. */
const KINDS: readonly [string, (seed: number) => number[], () => Expert][] = [
  ['skewed noise', (seed) => skewedNoise(seed, 2000), () => new RollingMedian(480)],
  ['a random walk', (seed) => randomWalk(seed, 2000), () => new LastValue()],
  [
    'a training job',
    (seed) => trainingJob({ period: 25, noise: 0.1, seed, count: 2000 }),
    () => new Seasonal(25),
  ],
];

describe.each(KINDS)('the ensemble on %s', (_, series, best) => {
  it.each([1, 4, 12])('ends near the best expert, %d steps ahead', (horizon) => {
    for (let seed = 0; seed < 3; seed++) {
      const values = series(seed);
      const own = score(values, horizon, 600).error;
      expect(own / errorOf(best(), values, horizon, 600)).toBeLessThan(1.06);
    }
  });

  it.each([1, 12])('holds 88 to 92 %% in its interval, %d steps ahead', (horizon) => {
    const runs = [0, 1, 2].map((seed) => score(series(seed), horizon, 200).coverage);
    const mean = (runs[0]! + runs[1]! + runs[2]!) / 3;
    expect(mean).toBeGreaterThan(0.88);
    expect(mean).toBeLessThan(0.92);
  });
});

describe('Ensemble', () => {
  const observed = (values: readonly number[], horizon = 1): Ensemble => {
    const ensemble = new Ensemble({ horizon, coverage: 0.9 });
    for (const value of values) ensemble.observe(value);
    return ensemble;
  };
  const job = trainingJob({ period: 20, noise: 0.1, seed: 1, count: 1000 });

  it('is far better than the mean where there is a period, and says which', () => {
    expect(score(job, 1, 600).error).toBeLessThan(0.4 * errorOf(new Ewma(0.1), job, 1, 600));
    expect(observed(job).learntPeriod).toBe(20);
    expect(observed(job).shares.get('seasonal-20')).toBeGreaterThan(0.9);
    expect(observed(skewedNoise(1, 1000)).learntPeriod).toBeNull();
  });

  it('learns a new period when the job changes, and drops it when the job ends', () => {
    const next = trainingJob({ period: 32, noise: 0.1, seed: 2, count: 1000 });
    expect(observed([...job, ...next]).learntPeriod).toBe(32);
    const idle = skewedNoise(3, 1000).map((value) => value / 100);
    expect(observed([...job, ...next, ...idle]).learntPeriod).toBeNull();
  });

  it('changes its mind when the series becomes another', () => {
    const walk = randomWalk(5, 1500);
    const share = (values: readonly number[]): number => observed(values).shares.get('last') ?? 0;
    expect(share(skewedNoise(5, 1500))).toBeLessThan(0.01);
    expect(share([...skewedNoise(5, 1500), ...walk])).toBeGreaterThan(0.3);
  });

  it('gives the same for the same values', () => {
    const values = skewedNoise(7, 700);
    expect(observed(values, 4).forecast()).toEqual(observed(values, 4).forecast());
  });

  it('has shares that sum to one', () => {
    for (const values of [[5], job.slice(0, 40), job, new Array<number>(300).fill(0)]) {
      const shares = [...observed(values, 3).shares.values()];
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    }
  });

  it('keeps bounded memory', () => {
    const size = (count: number): number =>
      JSON.stringify(observed(skewedNoise(8, count).map(Math.round), 12)).length;
    expect(size(6000)).toBeLessThan(1.1 * size(3000));
  });

  it.each([0, 42])('forecasts %d for what is always that, without doubt', (value) => {
    for (const horizon of [1, 12]) {
      const {
        value: middle,
        lower,
        upper,
      } = observed(new Array<number>(600).fill(value), horizon).forecast();
      for (const got of [middle, lower, upper]) expect(got).toBeCloseTo(value, 9);
    }
  });

  it('forecasts nothing before the first value, and has no interval at first', () => {
    expect(observed([]).forecast().value).toBeNaN();
    expect(observed([NaN, NaN]).forecast().value).toBeNaN();
    expect(observed([3])).toMatchObject({ learntPeriod: null });
    expect(observed([3]).forecast()).toEqual({ value: 3, lower: -Infinity, upper: Infinity });
  });

  it('lets time pass over gaps, and keeps the phase of the job', () => {
    const gaps = job.map((value, i) => (i % 17 === 3 || (i > 700 && i < 730) ? NaN : value));
    const ensemble = observed(gaps);
    expect(ensemble.learntPeriod).toBe(20);
    for (let i = 0; i < 20; i++) {
      const clean = trainingJob({ period: 20, noise: 0, seed: 0, count: 20 })[i]!;
      expect(Math.abs(ensemble.forecast().value - clean)).toBeLessThan(12);
      ensemble.observe(NaN);
    }
  });

  it('takes an infinite value for a gap', () => {
    const values = skewedNoise(9, 300);
    const forecast = observed([...values, Infinity, -Infinity, ...values]).forecast();
    expect(Number.isFinite(forecast.value) && Number.isFinite(forecast.upper)).toBe(true);
  });

  it('holds 88 to 92 % over changes of level and of noise', () => {
    const shares = Array.from({ length: 6 }, (_, seed) => {
      const random = seededRandom(seed);
      const values = Array.from({ length: 4000 }, (__, i) => {
        const level = [100, 400, 50, 1000][Math.floor(i / 1000)]!;
        return level * (1 + 0.2 * normal(random));
      });
      return score(values, 1, 100).coverage;
    });
    for (const share of shares) {
      expect(share).toBeGreaterThan(0.88);
      expect(share).toBeLessThan(0.92);
    }
  });
});

describe('RatedExpert', () => {
  it('judges each forecast by the value it was made for', () => {
    const rated = new RatedExpert(new LastValue(), 3);
    for (const value of [1, 2, 3]) rated.observe(value);
    expect(rated.error).toBeNaN();
    rated.observe(10);
    expect(rated.error).toBe(9);
    rated.observe(2);
    expect(rated.error).toBe(4.5);
    expect(rated.latest).toBe(2);
  });

  it('does not judge by a gap', () => {
    const rated = new RatedExpert(new LastValue(), 1);
    rated.observe(1);
    rated.observe(7, null);
    expect(rated.error).toBeNaN();
    rated.observe(9);
    expect(rated.error).toBe(2);
  });

  it('judges a late expert without hindsight: as one that was there from the start', () => {
    const values = trainingJob({ period: 10, noise: 0.2, seed: 4, count: 64 });
    const pending: number[] = [];
    const expert = new Seasonal(10);
    let [sum, judged] = [0, 0];
    for (const [i, value] of values.entries()) {
      if (i >= 4 && Number.isFinite(pending[i - 4]!)) {
        sum += Math.abs(value - pending[i - 4]!);
        judged += 1;
      }
      expert.observe(value);
      pending.push(expert.forecast(4));
    }
    const late = new RatedExpert(new Seasonal(10), 4);
    for (const value of values) late.observe(value);
    expect(late.error).toBeCloseTo(sum / judged, 9);
    expect(late.error).toBeGreaterThan(5);
  });
});
