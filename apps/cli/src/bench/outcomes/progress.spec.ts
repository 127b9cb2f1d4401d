import { progressLine } from './progress';

describe('progressLine', () => {
  it('tells how much is done and how long the rest will take at the same pace', () => {
    expect(progressLine(0, 10, 0)).toBe(`[${'.'.repeat(30)}] 0 of 10`);
    expect(progressLine(5, 10, 60_000)).toBe(
      `[${'#'.repeat(15)}${'.'.repeat(15)}] 5 of 10, 60 s left`,
    );
    expect(progressLine(1, 10, 60_000)).toMatch(/1 of 10, 9 min left$/);
    expect(progressLine(10, 10, 60_000)).toBe(`[${'#'.repeat(30)}] 10 of 10`);
  });
});
