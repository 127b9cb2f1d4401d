import fc from 'fast-check';
import { DepthWindow } from './depth-window';

describe('depths of the last second', () => {
  it('blend the second before with the one that runs', () => {
    const window = new DepthWindow(1);
    window.add(0, 0, 1000, 100, 150);
    window.add(0, 1000, 1500, 300, 400);
    expect(window.meanBytes(0, 1500)).toBeCloseTo(0.5 * 100 + 0.5 * 300, 9);
    expect(window.peakBytes(0, 1500)).toBe(400);
  });

  it('forget what is longer ago', () => {
    const window = new DepthWindow(1);
    window.add(0, 0, 900, 100, 500);
    window.add(0, 900, 5200, 10, 20);
    expect(window.meanBytes(0, 5200)).toBeCloseTo(10, 9);
    expect(window.peakBytes(0, 5200)).toBe(20);
    expect(window.peakBytes(0, 9000)).toBe(0);
  });

  it('keep a peak that took no time', () => {
    const window = new DepthWindow(1);
    window.touch(0, 2300, 7e5);
    expect(window.peakBytes(0, 2900)).toBe(7e5);
    expect(window.meanBytes(0, 2900)).toBe(0);
  });

  it('do not depend on how a stretch is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4000), { maxLength: 6 }), (cuts) => {
        const [whole, parts] = [new DepthWindow(1), new DepthWindow(1)];
        whole.add(0, 0, 4000, 50, 80);
        const edges = [0, ...cuts.sort((a, b) => a - b), 4000];
        edges.slice(1).forEach((end, i) => {
          parts.add(0, edges[i] ?? 0, end, 50, 80);
        });
        expect(parts.meanBytes(0, 4000)).toBeCloseTo(whole.meanBytes(0, 4000), 6);
        expect(parts.peakBytes(0, 4000)).toBe(whole.peakBytes(0, 4000));
      }),
    );
  });
});
