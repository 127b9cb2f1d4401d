import { SIZING_RULES, bdpBytes, sizeBuffer } from './buffer-sizing';

const INPUTS = { rateBps: 100e9, rttUs: 10, workers: 1, flows: 1, jitterUs: 0, delayUs: 5 };

describe('bdpBytes', () => {
  it.each([
    ['100 Gb/s x 1 ms is 12.5 MB, not 100', 100e9, 1_000, 12.5e6],
    ['400 Gb/s x 10 us is half a MB, not 4', 400e9, 10, 0.5e6],
  ])('%s', (_, rateBps, us, bytes) => {
    expect(bdpBytes(rateBps, us)).toBe(bytes);
  });
});

describe('sizeBuffer', () => {
  it.each([
    ['bdp', {}, 125_000],
    ['bdp-burst', {}, 500_000],
    ['training', { workers: 1_024 }, 16e6],
    ['training', { workers: 1 }, 500_000],
    ['inference', { jitterUs: 2 }, 150_000],
    ['appenzeller', { flows: 10_000 }, 1_250],
    ['appenzeller', { flows: 3 }, 72_169],
    ['pfc-headroom', {}, 187_500],
  ] as const)('%s', (rule, over, bytes) => {
    expect(sizeBuffer(rule, { ...INPUTS, ...over })).toBe(bytes);
  });

  it('gives each rule once, with its source, and ranges the right way round', () => {
    const names = SIZING_RULES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { source, formula, bytes } of SIZING_RULES) {
      const { least, most } = bytes(INPUTS);
      expect(least).toBeLessThanOrEqual(most);
      expect([source, formula].every((text) => text.length >= 10)).toBe(true);
    }
  });
});
