import { forecastSeries } from '@weir/algorithms';
import { seededRandom } from '@weir/core/base';
import type { Row } from '../report';

const SERIES = 16;
/** Values that each series has before the clock counts, and those that it is timed for. */
const LEARNT = 480;
const TIMED = 128;
/** Links that the default policy follows, and moments within a step at which they take turns. */
const FOLLOWED = 512;
const MOMENTS = 8;

/** What the loop pays for its forecasts: one value more of each series, as it asks for them. */
export function costRows(seed: number, now: () => number): readonly Row[] {
  const random = seededRandom(seed);
  const problem = { horizonSteps: 6, coverage: 0.9, period: null };
  const all = Array.from({ length: SERIES }, (_, turn) => {
    const values = Float64Array.from({ length: LEARNT }, () => random.next());
    forecastSeries({ ...problem, values, before: null, turn });
    return { values, turn };
  });
  const timesUs: number[] = [];
  for (let step = 0; step < TIMED; step++)
    for (const one of all) {
      const { values: before, turn } = one;
      const values = new Float64Array(before.length + 1);
      values.set(before);
      values[before.length] = random.next();
      const start = now();
      forecastSeries({ ...problem, values, before, turn });
      timesUs.push((now() - start) * 1000);
      one.values = values;
    }
  timesUs.sort((a, b) => a - b);
  const mean = timesUs.reduce((sum, time) => sum + time, 0) / timesUs.length;
  return [
    {
      'us per value, mean': mean,
      p50: timesUs[timesUs.length >> 1] ?? null,
      p99: timesUs[Math.floor(0.99 * timesUs.length)] ?? null,
      [`ms per step of ${FOLLOWED} links`]: (mean * FOLLOWED) / 1000,
      'ms at a moment of it': (mean * FOLLOWED) / MOMENTS / 1000,
    },
  ];
}
