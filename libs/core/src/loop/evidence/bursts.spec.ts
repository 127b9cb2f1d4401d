import { burstsIn } from './bursts';

const FRAME_MS = 500;
const repeat = (pattern: readonly number[], times: number): number[] =>
  Array.from({ length: times }, () => pattern).flat();
const quiet = (frames: number): number[] => Array.from({ length: frames }, () => 0.05);

describe('burstsIn', () => {
  it('measures the period of bursts and how regular they are', () => {
    const found = burstsIn(
      [...quiet(8), ...repeat([0.9, 0.95, 0.05, 0.05, 0.05, 0.05], 4)],
      FRAME_MS,
    );
    expect(found).toMatchObject({ rises: 4, periodMs: 3_000, peakRatio: 0.95 });
    expect(found?.onRatio).toBeCloseTo(1 / 3, 2);
    expect(found?.regularity).toBeGreaterThan(0.95);
  });

  it('calls bursts at uneven times irregular', () => {
    const gaps = [1, 7, 2, 9].flatMap((gap) => [0.9, ...quiet(gap)]);
    const found = burstsIn([...quiet(4), ...gaps], FRAME_MS);
    expect(found?.rises).toBe(4);
    expect(found?.regularity).toBeLessThan(0.3);
  });

  it('sees one burst that is over, of which nothing is regular', () => {
    const found = burstsIn([...quiet(10), 0.8, 0.9, ...quiet(2)], FRAME_MS);
    expect(found?.rises).toBe(1);
    expect(found?.periodMs).toBeNaN();
  });

  it('sees one burst that may be ending, of which the next frames will tell', () => {
    expect(burstsIn([...quiet(10), 0.8, 0.95, 0.95, 0.6], FRAME_MS)?.rises).toBe(1);
    expect(burstsIn([...quiet(10), 0.8, 0.95, 0.95, 0.9], FRAME_MS)).toBeNull();
  });

  it.each<[string, number[]]>([
    ['a link that became full and stays so', [...quiet(10), ...repeat([0.95], 10)]],
    ['a full link that varies', repeat([0.95, 0.7, 0.9, 0.6], 6)],
    ['bursts that leave room at their best', repeat([0.5, 0.05, 0.05], 6)],
    ['too few frames', [0.05, 0.9, 0.05]],
    ['nothing known', repeat([NaN], 20)],
  ])('sees none in %s', (_, ratios) => {
    expect(burstsIn(ratios, FRAME_MS)).toBeNull();
  });
});
