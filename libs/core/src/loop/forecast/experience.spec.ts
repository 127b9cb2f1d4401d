import { hurtfulExposure, NO_EXPERIENCE, withLook } from './experience';
import type { Experience } from './state';

type Look = readonly [exposure: number, hurts: boolean];
const after = (looks: readonly Look[]): Experience =>
  looks.reduce((known, [exposure, hurts]) => withLook(known, exposure, hurts), NO_EXPERIENCE);
const times = (count: number, look: Look): Look[] => Array.from({ length: count }, () => look);

describe('the exposure that hurts', () => {
  it.each<[string, Look[], number | null]>([
    ['nothing', [], null],
    ['fine under any load', [...times(9, [0.3, false]), ...times(9, [0.95, false])], null],
    ['two bad moments', [...times(9, [0.3, false]), ...times(2, [0.9, true])], null],
    ['three bad moments', [...times(9, [0.3, false]), ...times(3, [0.9, true])], 0.9],
    [
      'bad from 0.7 on',
      [
        [0.7, true],
        [0.8, true],
        [0.9, true],
        [0.6, false],
      ],
      0.7,
    ],
    ['as often fine as bad', [...times(9, [0.9, false]), ...times(9, [0.9, true])], null],
    ['bad whatever the load', [...times(5, [0.2, true]), ...times(5, [0.9, true])], 0.2],
    ['fine now and then', [...times(1, [0.85, false]), ...times(8, [0.9, true])], 0.9],
    ['unknown exposure', times(9, [NaN, true]), null],
  ])('after %s', (_, looks, expected) => {
    expect(hurtfulExposure(after(looks))).toBe(expected);
  });

  it('is not washed out by idle hours, but by being fine under the same load', () => {
    const bad = times(5, [0.9, true]);
    expect(hurtfulExposure(after([...bad, ...times(900, [0.2, false])]))).toBe(0.9);
    expect(hurtfulExposure(after([...bad, ...times(30, [0.95, false])]))).toBeNull();
  });

  it('remembers a bounded number of looks', () => {
    const known = after([...times(500, [0.9, true]), ...times(500, [0.8, false])]);
    expect([known.hurt.length, known.fine.length]).toEqual([64, 64]);
  });
});
