import { pauseFrames, pauseRatio } from './pause';

describe('pauses', () => {
  it('last until the feeders send no more than leaves', () => {
    expect(pauseRatio(25e9, 75e9)).toBeCloseTo(2 / 3, 9);
    expect(pauseRatio(25e9, 20e9)).toBe(0);
    expect(pauseRatio(25e9, 0)).toBe(0);
  });

  it('cost two frames for each full quantum', () => {
    // 65,535 x 512 bit times at 100 Gb/s are 0.3355 ms.
    expect(pauseFrames(335.5392, 100e9)).toBeCloseTo(2000, 6);
  });
});
