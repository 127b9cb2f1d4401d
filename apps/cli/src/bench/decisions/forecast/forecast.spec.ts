import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@weir/core/base';
import { forecastSection } from '.';
import { scoreSeries } from './score';
import { readSeries } from './series-data';

const CONTEXT = { full: false, seed: 1, progress: () => undefined, now: () => 0 };

const folder = mkdtempSync(join(tmpdir(), 'weir-forecast-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder with B4 matrices of two cells, the first of which is always 0. */
function b4(name: string, lines: readonly string[]): string {
  const data = join(folder, name);
  mkdirSync(join(data, 'teal-b4'), { recursive: true });
  writeFileSync(join(data, 'teal-b4', 'b4_real_36x144.csv'), `${lines.join('\n')}\n`);
  return data;
}

describe('the series', () => {
  it('are those of the pairs that send', () => {
    const { sets, skipped } = readSeries(b4('two', ['0,5', '0,6', '0,7']));
    expect(sets).toEqual([{ name: 'B4', metaPod: false, series: [Float64Array.from([5, 6, 7])] }]);
    expect(skipped.map(({ name }) => name)).toEqual(['Meta pods']);
  });

  it.each([
    ['ragged', ['0,5', '0']],
    ['text', ['0,5', '0,x']],
    ['negative', ['0,5', '0,-1']],
  ])('that are %s are refused with their line', (name, lines) => {
    expect(() => readSeries(b4(name, lines))).toThrow('not 2 numbers from 0 on');
  });
});

describe('the score', () => {
  const random = seededRandom(6);
  const noise = Float64Array.from({ length: 1200 }, () => 100 + random.exponential(50));

  it('of white noise is far below the last value, and the interval holds its share', () => {
    const { mase, intervals, held } = scoreSeries(noise, 4);
    expect(mase?.last).toBe(1);
    expect(mase?.ensemble).toBeLessThan(0.75);
    expect(held / intervals).toBeGreaterThan(0.88);
    expect(held / intervals).toBeLessThan(0.92);
  });

  it('has the scale of the first half for the second', () => {
    const calm = noise.slice(0, 600);
    const { mase, laterMase } = scoreSeries(
      Float64Array.from([...calm, ...calm.map((x) => 3 * x)]),
      1,
    );
    expect(mase?.last).toBe(1);
    expect(laterMase?.last).toBeCloseTo(3, 1);
    expect(laterMase?.ensemble).toBeLessThan(0.75 * 3);
  });

  it('has a level in hindsight that no forecast of noise gets below by much', () => {
    const { laterMase, laterHindsight } = scoreSeries(noise, 1);
    expect(laterHindsight).toBeLessThan(laterMase?.ensemble ?? 0);
    expect(laterHindsight).toBeGreaterThan(0.9 * (laterMase?.ensemble ?? Infinity));
    const ramp = scoreSeries(
      Float64Array.from({ length: 2400 }, (_, i) => 10 * i),
      1,
    );
    // In the middle of a ramp the values around lie evenly; only at its end are they all before.
    expect(ramp.laterHindsight).toBeGreaterThan(1);
  });

  it('judges each forecast by the value it was made for', () => {
    const ramp = Float64Array.from({ length: 400 }, (_, i) => 10 * i);
    const { mase, laterMase } = scoreSeries(ramp, 3);
    expect(mase?.last).toBe(1);
    expect(laterMase?.last).toBeCloseTo(1, 12);
    // A mean with gain 0.1 lags nine steps behind a ramp, and three more at this horizon.
    expect(mase?.ewma).toBeCloseTo(4, 1);
  });

  it('is none where the last value is always right', () => {
    expect(scoreSeries(new Float64Array(200).fill(7), 1)).toMatchObject({
      mase: null,
      laterMase: null,
      laterHindsight: null,
    });
  });
});

describe('the section', () => {
  it('has a row for each set and horizon, and figures only with data', async () => {
    const random = seededRandom(2);
    const lines = Array.from({ length: 90 }, () => `0,${50 + random.below(20)}`);
    const section = await forecastSection.run({ ...CONTEXT, data: b4('whole', lines) });
    expect(
      section.tables[0]?.rows.map((row) => [row['set'], row['series'], row['horizon']]),
    ).toEqual([
      ['B4', 1, 1],
      ['B4', 1, 4],
      ['B4', 1, 12],
    ]);
    expect(section.skipped.map(({ name }) => name)).toEqual(['Meta pods', 'targets of B4']);
    const empty = await forecastSection.run({ ...CONTEXT, data: join(folder, 'nowhere') });
    expect([empty.tables, empty.figures, empty.skipped.length]).toEqual([[], [], 2]);
  });
});
