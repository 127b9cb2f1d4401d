import { rankCauses } from './causes';
import { rejectedCauses } from './rejected';
import { channel, evidenceOf, queue, spot, type Given } from './testing/evidence';

describe('probabilities', () => {
  const elephants: Given = {
    channels: [channel({ utilizationRatio: 0.9 })],
    queues: [queue({ lossRatio: 0.004 })],
    hotSpots: [spot({ imbalanceRatio: 1.4, overExpectedRatio: 1.4, fewest: 2 })],
  };

  it('add up to one with what is not known, in the order of the scores', () => {
    const causes = rankCauses(evidenceOf(elephants));
    expect(causes.length).toBeGreaterThan(3);
    const chances = causes.map(({ probability }) => probability ?? NaN);
    expect(chances.reduce((sum, value) => sum + value)).toBeCloseTo(1, 9);
    expect(causes.at(-1)?.name).toBe('unknown');
    const named = chances.slice(0, -1);
    expect([...named].sort((a, b) => b - a)).toEqual(named);
  });

  it('are made of signals whose weights multiply to the score', () => {
    for (const { name, score, parts } of rankCauses(evidenceOf(elephants)))
      if (name !== 'unknown' && name !== 'not-the-network')
        expect((parts ?? []).reduce((product, { weight }) => product * weight, 1)).toBeCloseTo(
          score,
          12,
        );
  });

  it('are all for the unknown where nothing is known', () => {
    const [only, ...others] = rankCauses(
      evidenceOf({
        channels: [channel({ utilizationRatio: NaN, meanUtilizationRatio: NaN })],
      }),
    );
    expect(only).toMatchObject({ name: 'unknown', probability: 1 });
    expect(others).toEqual([]);
  });
});

describe('rejected causes', () => {
  it('are those without any score, each with the figure that speaks against it', () => {
    const evidence = evidenceOf({ down: ['leaf1:s2'], channels: [channel({ pressure: 0.4 })] });
    const causes = rankCauses(evidence);
    const rejected = rejectedCauses(evidence, causes);
    const names = rejected.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['congestion', 'gray-link', 'incast']));
    for (const { name } of causes) expect(names).not.toContain(name);
    expect(rejected.find(({ name }) => name === 'congestion')?.why).toContain('30.0 %');
    expect(rejected.find(({ name }) => name === 'not-the-network')?.why).toContain('0.40 of 1');
    // A service has no iterations that could be slow by themselves.
    expect(names).not.toContain('straggler');
  });
});
