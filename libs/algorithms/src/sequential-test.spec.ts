import { seededRandom, type Random } from '@weir/core/base';
import { sequentialTest } from './sequential-test';

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

describe('sequential test', () => {
  it('rejects a true null at most about alpha often, looked at after every sample', () => {
    const random = seededRandom(7);
    let rejected = 0;
    const runs = 1000;
    for (let run = 0; run < runs; run++) {
      const samples = Array.from({ length: 60 }, () => 0.3 * normal(random));
      if (sequentialTest(samples, 1).pValue < 0.05) rejected++;
    }
    expect(rejected / runs).toBeLessThan(0.05);
  });

  it('finds a clear effect within a dozen samples', () => {
    const random = seededRandom(11);
    let found = 0;
    for (let run = 0; run < 200; run++) {
      const samples = Array.from({ length: 12 }, () => -0.7 + 0.3 * normal(random));
      const { pValue, mean } = sequentialTest(samples, 1);
      if (pValue < 0.05 && mean < 0) found++;
    }
    expect(found).toBeGreaterThan(190);
  });

  it('says nothing from nothing', () => {
    expect(sequentialTest([], 1).pValue).toBe(1);
    expect(sequentialTest([-3], 1).pValue).toBe(1);
  });
});
