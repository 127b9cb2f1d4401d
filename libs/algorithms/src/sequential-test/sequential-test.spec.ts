import { seededRandom, type Random } from '@weir/core/base';
import fc from 'fast-check';
import { sequentialTest } from './sequential-test';

const SCALES = { priorScale: 2, leastDeviation: 0.05 };
const DEVIATION = 0.3;
const ALPHA = 0.05;

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** A first-order autoregression about zero. */
function noise(random: Random, r: number): () => number {
  let state = normal(random);
  return () => {
    const value = DEVIATION * state;
    state = r * state + Math.sqrt(1 - r * r) * normal(random);
    return value;
  };
}

const times = (count: number, next: () => number): number[] => Array.from({ length: count }, next);

/** Share of runs in which a loop that looks at every sample would keep a change of this effect. */
function keptRatio(random: Random, r: number, before: number, runs: number): number {
  let kept = 0;
  for (let run = 0; run < runs; run++) {
    const next = noise(random, r);
    const samples = { before: times(before, next), after: times(40, next) };
    if (keeps(samples)) kept++;
  }
  return kept / runs;
}

function keeps({ before, after }: { before: number[]; after: number[] }): boolean {
  if (sequentialTest({ before, after }, SCALES).pValue >= ALPHA) return false;
  for (let count = 5; count <= after.length; count++) {
    const { pValue, mean } = sequentialTest({ before, after: after.slice(0, count) }, SCALES);
    if (pValue < ALPHA) return mean < 0;
  }
  return false;
}

describe('sequential test', () => {
  it.each([0, 0.3, 0.6])(
    'keeps what does nothing at most alpha often, looked at after every sample that goes with the one before by %d',
    (r) => {
      for (const before of [3, 8, 20]) {
        const random = seededRandom(7 + before);
        expect(keptRatio(random, r, before, 250)).toBeLessThanOrEqual(ALPHA);
      }
    },
  );

  it('finds a clear effect within a dozen samples', () => {
    const random = seededRandom(11);
    let found = 0;
    for (let run = 0; run < 200; run++) {
      const next = noise(random, 0);
      const samples = { before: times(20, next), after: times(12, () => next() - 0.7) };
      const { pValue, mean } = sequentialTest(samples, SCALES);
      if (pValue < ALPHA && mean < 0) found++;
    }
    expect(found).toBeGreaterThan(180);
  });

  it('trusts a short time before less than a long one', () => {
    const after = times(8, noise(seededRandom(3), 0)).map((value) => value - 0.6);
    const before = times(20, noise(seededRandom(4), 0));
    const pOf = (count: number): number =>
      sequentialTest({ before: before.slice(0, count), after }, SCALES).pValue;
    expect(pOf(20)).toBeLessThan(pOf(4));
  });

  it('is the same test whatever the unit, and turned round', () => {
    const list = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), {
      minLength: 5,
      maxLength: 12,
    });
    fc.assert(
      fc.property(list, list, fc.double({ min: -5, max: 5, noNaN: true }), (before, after, by) => {
        const plain = sequentialTest({ before, after }, SCALES);
        const turned = sequentialTest(
          { before: before.map((v) => by - v), after: after.map((v) => by - v) },
          SCALES,
        );
        expect(turned.pValue).toBeCloseTo(plain.pValue, 6);
        expect(turned.mean).toBeCloseTo(-plain.mean, 6);
        expect(plain.pValue).toBeGreaterThanOrEqual(0);
        expect(plain.pValue).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('says nothing from nothing', () => {
    const some = [1, 1.1, 0.9, 1, 1.05, 0.95];
    expect(sequentialTest({ before: [], after: [] }, SCALES)).toEqual({ pValue: 1, mean: 0 });
    expect(sequentialTest({ before: some, after: [] }, SCALES).pValue).toBe(1);
    expect(sequentialTest({ before: [], after: some }, SCALES).pValue).toBe(1);
    expect(sequentialTest({ before: some, after: [-9, -9, -9, -9] }, SCALES).pValue).toBe(1);
  });
});
