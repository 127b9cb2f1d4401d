import { stepsSection } from '.';

describe('the steps', () => {
  it('find the known boundaries, and that the step keeps to them', async () => {
    const seen: number[] = [];
    const section = await stepsSection.run({
      data: '',
      full: false,
      seed: 1,
      progress: (done) => seen.push(done),
      now: () => 0,
    });
    const rows = section.tables[0]?.rows ?? [];
    const column = (name: string): number[] => rows.map((row) => Number(row[name]));
    for (const [delay, known] of [2, 1, 0.618, 0.445].entries())
      expect(column('critical')[delay]).toBeCloseTo(known, 3);
    for (const [delay, known] of [1, 0.25, 4 / 27, 27 / 256].entries()) {
      expect(column('step')[delay]).toBeCloseTo(known, 12);
      expect(column('overshoot')[delay]! / known).toBeGreaterThan(0.999);
      expect(column('overshoot')[delay]! / known).toBeLessThan(1.01);
    }
    expect(section.figures.filter(({ met }) => met !== true)).toEqual([]);
    expect(column('its undershoot')[2]).toBeGreaterThan(0);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });
});
