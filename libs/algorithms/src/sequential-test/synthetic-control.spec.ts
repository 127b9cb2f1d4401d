import { seededRandom, type Random } from '@weir/core/base';
import { syntheticControl } from './synthetic-control';

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

const noise = (random: Random, count = 20): number[] =>
  Array.from({ length: count }, () => normal(random));

describe('synthetic control', () => {
  it('finds the donor that goes with the own series, and by how much', () => {
    const random = seededRandom(5);
    const world = noise(random);
    const own = world.map((value) => 3 + 0.8 * value + 0.1 * normal(random));
    const weights = syntheticControl(own, [noise(random), world, noise(random)]);
    expect(weights[0]).toBe(0);
    expect(weights[1]).toBeCloseTo(0.8, 1);
    expect(weights[2]).toBe(0);
  });

  it('takes two where either explains a part', () => {
    const random = seededRandom(6);
    const [a, b] = [noise(random, 40), noise(random, 40)];
    const own = a.map((value, i) => 0.7 * value + 0.6 * (b[i] ?? 0) + 0.05 * normal(random));
    const [first = 0, second = 0] = syntheticControl(own, [a, b]);
    const left = own.map((value, i) => value - first * (a[i] ?? 0) - second * (b[i] ?? 0));
    const squares = (values: number[]): number => values.reduce((sum, v) => sum + v * v, 0);
    expect(Math.min(first, second)).toBeGreaterThan(0.4);
    expect(squares(left) / squares(own)).toBeLessThan(0.05);
  });

  it('takes none that is alike by chance, in most of the cases', () => {
    const random = seededRandom(8);
    let fooled = 0;
    for (let run = 0; run < 300; run++) {
      const donors = [noise(random), noise(random), noise(random)];
      if (syntheticControl(noise(random), donors).some((weight) => weight > 0)) fooled++;
    }
    expect(fooled / 300).toBeLessThan(0.02);
  });

  it('takes none that goes the other way, says nothing, or is too short', () => {
    const own = [1, 2, 3, 4, 5, 4, 3, 2];
    const turned = own.map((value) => -value);
    expect(syntheticControl(own, [turned, own.map(() => 7)])).toEqual([0, 0]);
    expect(syntheticControl([1, 2, 3], [[1, 2, 3]])).toEqual([0]);
    expect(
      syntheticControl(
        own.map(() => 2),
        [own],
      ),
    ).toEqual([0]);
    expect(syntheticControl(own, [])).toEqual([]);
  });
});
