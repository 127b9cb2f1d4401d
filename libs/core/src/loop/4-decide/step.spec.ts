import type { Pass } from '../pass';
import { stepFor } from './step';

const NOW_MS = 1_000_000;

/** One change of routes for the objective, so long ago. */
const passOf = (agoMs: number, over: object = {}, observed: object = {}): Pass =>
  ({
    now: { wallMs: NOW_MS, monoMs: 0 },
    observed: { effectDelayMs: 6_000, ...observed },
    env: { strategies: { stepSize: (d: number) => 1 / (1 + Math.ceil(d)) } },
    durable: {
      changes: new Map([
        [
          'chg-1',
          {
            action: { type: 'reroute' },
            objectiveId: 'o',
            state: 'confirmed',
            times: { applied: NOW_MS - agoMs },
            ...over,
          },
        ],
      ]),
    },
  }) as unknown as Pass;

describe('how much of the possible improvement a reroute takes at once', () => {
  it('all of it the first time, and again when the effect of the last one is all in', () => {
    expect(stepFor(passOf(5_000, { objectiveId: 'other' }), 'o')).toBe(1);
    expect(stepFor(passOf(5_000, { action: { type: 'ecn' } }), 'o')).toBe(1);
    expect(stepFor(passOf(5_000, { state: 'rolled-back' }), 'o')).toBe(1);
    expect(stepFor(passOf(24_000), 'o')).toBe(1);
  });

  it('the less the more intervals the effect takes', () => {
    expect(stepFor(passOf(23_000), 'o')).toBe(1 / 2);
    expect(stepFor(passOf(3_000), 'o')).toBe(1 / 3);
    expect(stepFor(passOf(2_000), 'o')).toBe(1 / 4);
  });

  it('counts a delay that was not measured yet as the averages take', () => {
    expect(stepFor(passOf(20_000, {}, { effectDelayMs: undefined }), 'o')).toBe(1 / 2);
  });
});
