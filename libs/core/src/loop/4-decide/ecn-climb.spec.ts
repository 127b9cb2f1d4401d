import fc from 'fast-check';
import { USUAL_MARKING } from '../evidence';
import {
  climb,
  depthAfter,
  leastMinBytes,
  stepBetween,
  USUAL_RTT_US,
  type ClimbQuestion,
  type ClimbStep,
  type MarkingValues,
  type TriedStep,
} from './ecn-climb';

const marked = (minThresholdBytes: number, maxThresholdBytes: number, percent = 20) => ({
  enabled: true,
  minThresholdBytes,
  maxThresholdBytes,
  maxProbabilityPercent: percent,
});
const question = (over: Partial<ClimbQuestion>): ClimbQuestion => ({
  scale: USUAL_MARKING,
  probabilityPercent: 20,
  rttUs: USUAL_RTT_US,
  capacityBps: 25e9,
  limitBytes: null,
  present: null,
  direction: 'earlier',
  tried: [],
  ...over,
});
const values = (minBytes: number, maxBytes: number, probabilityPercent = 20) => ({
  minBytes,
  maxBytes,
  probabilityPercent,
});
const tried = (text: string): TriedStep[] =>
  text.split(' ').map((word) => {
    const [knob, direction, outcome] = word.split(':');
    return { knob, direction, outcome } as TriedStep;
  });

describe('climb', () => {
  it.each([
    ['50 Mb/s: ten frames, since 200 bytes are none', 50e6, 15_140, 60_560],
    ['3.784 Gb/s: just ten frames', 3.785e9, 15_140, 60_560],
    ['25 Gb/s: as published', 25e9, 100_000, 400_000],
    ['400 Gb/s: scaled', 400e9, 1_600_000, 6_400_000],
  ])('starts at %s', (_, capacityBps, minBytes, maxBytes) => {
    const found = climb(question({ capacityBps }));
    expect(found).toEqual({ values: values(minBytes, maxBytes), step: null });
  });

  it.each([
    ['is off', { ...marked(50_000, 60_000), enabled: false }, values(100_000, 400_000)],
    ['begins later', marked(100_001, 2e6), values(100_000, 400_000)],
    ['begins there', marked(100_000, 400_000), values(80_000, 320_000)],
    ['begins before', marked(40_000, 90_000, 5), values(32_000, 72_000, 5)],
    ['is a step from the least', marked(31_250, 90_000), values(25_000, 72_000)],
    ['would begin too early', marked(31_000, 90_000), values(31_000, 90_000, 25)],
    ['is as hard as it can be', marked(31_000, 90_000, 100), values(31_000, 72_000, 100)],
    ['has no room at all', marked(31_000, 31_000, 100), undefined],
  ])('where marking %s, goes earlier', (_, present, expected) => {
    expect(climb(question({ present }))?.values).toEqual(expected);
  });

  const present = marked(100_000, 400_000);
  it.each<[string, string, ClimbStep['knob'] | undefined]>([
    ['what helped is done again', 'probability:earlier:helped', 'probability'],
    ['what failed gives way', 'thresholds:earlier:failed', 'probability'],
    ['one after the other', 'thresholds:earlier:failed probability:earlier:failed', 'spread'],
    [
      'when all failed the values are the best known',
      'thresholds:earlier:failed probability:earlier:failed spread:earlier:failed',
      undefined,
    ],
    [
      'from a better place all are tried again',
      'thresholds:earlier:failed probability:earlier:helped probability:earlier:failed',
      'thresholds',
    ],
    ['the other direction says nothing', 'thresholds:later:failed', 'thresholds'],
  ])('%s', (_, history, knob) => {
    expect(climb(question({ present, tried: tried(history) }))?.step?.knob).toBe(knob);
  });

  it('goes later up to the start values, and beyond them only where that was seen to help', () => {
    const later = (over: Partial<ClimbQuestion>) =>
      climb(question({ direction: 'later', ...over }));
    expect(later({ present: null })).toBeNull();
    expect(later({ present: marked(80_000, 320_000) })?.values).toEqual(values(100_000, 400_000));
    expect(later({ present })?.step?.knob).toBe('probability');
    const helped = tried('thresholds:later:helped');
    expect(later({ present, tried: helped })?.values).toEqual(values(125_000, 500_000));
    expect(later({ present, tried: helped, limitBytes: 450_000 })?.step?.knob).toBe('probability');
    expect(later({ present: marked(100_000, 400_000, 5) })).toBeNull();
  });

  it('starts below the limit of the queue, or not at all', () => {
    const below = (limitBytes: number) => climb(question({ limitBytes }))?.values;
    expect(below(400_000)).toEqual(values(100_000, 400_000));
    expect(below(200_000)).toEqual(values(50_000, 200_000));
    expect(below(100_000)).toEqual(values(25_000, 100_000));
    expect(below(99_000)).toBeUndefined();
  });

  it('keeps some frames on a slow link, and C x RTT / 7 on a fast one', () => {
    expect(leastMinBytes(50e6, 56)).toBe(6_056);
    expect(leastMinBytes(25e9, 56)).toBeCloseTo(25_000, 6);
    expect(leastMinBytes(25e9, 5.6)).toBe(6_056);
    expect(climb(question({ present: marked(31_000, 90_000), rttUs: 20 }))?.step?.knob).toBe(
      'thresholds',
    );
  });

  it('comes to an end in both directions, in bounds and in order, one knob at a time', () => {
    const rate = fc.double({ min: 1e6, max: 8e11, noNaN: true });
    const bytes = fc.integer({ min: 1, max: 10_000_000 });
    const percent = fc.integer({ min: 1, max: 100 });
    const direction = fc.constantFrom('earlier' as const, 'later' as const);
    fc.assert(
      fc.property(rate, bytes, bytes, percent, direction, (capacityBps, a, b, p, towards) => {
        let now = marked(Math.min(a, b), Math.max(a, b), p);
        for (let steps = 0; steps < 200; steps++) {
          const ask = question({ capacityBps, present: now, direction: towards });
          const next = climb(ask);
          if (next === null) return;
          const before: MarkingValues = values(
            now.minThresholdBytes,
            now.maxThresholdBytes,
            now.maxProbabilityPercent,
          );
          expect(next.values.minBytes).toBeLessThanOrEqual(next.values.maxBytes);
          expect(next.values.probabilityPercent).toBeGreaterThan(0);
          expect(next.values.probabilityPercent).toBeLessThanOrEqual(100);
          if (next.step !== null) expect(stepBetween(before, next.values)).toEqual(next.step);
          const { minBytes, maxBytes, probabilityPercent } = next.values;
          now = marked(minBytes, maxBytes, probabilityPercent);
        }
        throw new Error('two hundred steps and no end');
      }),
    );
  });
});

describe('depthAfter', () => {
  const now = values(100_000, 400_000, 20);
  it('keeps the share of marked packets where it is', () => {
    // 10 % are marked in the middle; with Pmax 25 % that is at 40 % of the way.
    expect(depthAfter(250_000, now, values(100_000, 400_000, 25))).toBeCloseTo(220_000, 6);
    expect(depthAfter(250_000, now, values(100_000, 320_000, 20))).toBeCloseTo(210_000, 6);
    expect(depthAfter(250_000, now, values(80_000, 320_000, 20))).toBeCloseTo(200_000, 6);
  });
  it('promises nothing of queues outside of the thresholds, but for a lower upper one', () => {
    expect(depthAfter(90_000, now, values(80_000, 320_000, 20))).toBe(90_000);
    expect(depthAfter(500_000, now, values(100_000, 400_000, 25))).toBe(500_000);
    expect(depthAfter(500_000, now, values(100_000, 320_000, 20))).toBe(320_000);
  });
});
