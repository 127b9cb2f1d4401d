import type { FrameLayout } from '../../model';
import type { ObjectiveState, ObservedState, Trend, UsualTimes } from '../observed';
import { foldUsual } from './usual';

const layout = {} as FrameLayout;
const trendAt = (atMs: number, frames = 20): Trend => ({ layout, atMs, frames }) as Trend;

function fold(
  usual: UsualTimes | null,
  trend: Trend,
  over: Partial<ObjectiveState> = {},
  routesChangedMs = -Infinity,
): UsualTimes | null {
  const state = { state: 'healthy', quantileMs: 10, healthyMs: 10, ...over } as ObjectiveState;
  const observed = { usual, objectives: new Map([['a', state]]), routesChangedMs };
  return foldUsual(observed as unknown as ObservedState, trend);
}

describe('foldUsual', () => {
  it('keeps averages of good times, the older of some seconds ago', () => {
    const first = fold(null, trendAt(0));
    expect(first?.trend.atMs).toBe(0);
    const soon = fold(first, trendAt(5_000));
    expect(soon).toBe(first);
    const later = fold(soon, trendAt(9_000));
    expect([later?.trend.atMs, later?.next.atMs]).toEqual([0, 9_000]);
    expect(fold(later, trendAt(18_000))?.trend.atMs).toBe(9_000);
  });

  it.each<[string, Partial<ObjectiveState>]>([
    ['missed', { state: 'breached' }],
    ['about to be', { state: 'pending' }],
    ['on the way to it', { quantileMs: 13 }],
  ])('learns nothing while an objective is %s', (_, over) => {
    const known = { trend: trendAt(0), next: trendAt(0) };
    expect(fold(known, trendAt(20_000), over)).toBe(known);
  });

  it('begins anew after routes were written, and with enough frames', () => {
    const known = { trend: trendAt(0), next: trendAt(9_000) };
    expect(fold(known, trendAt(30_000), {}, 20_000)?.trend.atMs).toBe(30_000);
    expect(fold(null, trendAt(1_000, 2))).toBeNull();
  });
});
