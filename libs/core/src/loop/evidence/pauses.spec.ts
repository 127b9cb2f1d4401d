import { pausedRatioOf } from './pauses';

describe('share of time for which pause frames can hold a port back', () => {
  it.each([
    ['no frame holds nothing back', 0, 100e9, 0],
    // 65,535 x 512 bit at 100 Gb/s are 335.5 us; two frames for each.
    ['refreshed all the time', 2 / 335.539e-6, 100e9, 1],
    ['half of the frames', 1 / 335.539e-6, 100e9, 0.5],
    ['the same frames on a faster port', 1 / 335.539e-6, 400e9, 0.125],
    ['more than are needed', 1e6, 100e9, 1],
  ])('%s', (_, pps, capacityBps, ratio) => {
    expect(pausedRatioOf(pps, capacityBps)).toBeCloseTo(ratio, 4);
  });

  it('is unknown where the frames are', () => {
    expect(pausedRatioOf(NaN, 100e9)).toBeNaN();
  });
});
