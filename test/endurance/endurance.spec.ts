import { FULL, linksOf, switchesOf } from './options';
import { endure } from './run';

jest.setTimeout(240_000);

describe('endurance, the short form', () => {
  it('is 60 switches and 120 links when it is long', () => {
    expect([switchesOf(FULL), linksOf(FULL)]).toEqual([60, 120]);
  });

  it('nothing unknown, nothing leaked, every flow gets through', async () => {
    const small = { ...FULL, pods: 2, leavesPerPod: 3, superspines: 2, flows: 40 };
    const log: string[] = [];
    const report = await endure({ ...small, minutes: 0.5, events: 30, seed: 3 }, (line) =>
      log.push(line),
    );
    const wrong = report.checks.filter(({ ok }) => !ok);
    expect({ wrong, log: wrong.length === 0 ? [] : log }).toEqual({ wrong: [], log: [] });
    expect(Object.values(report.changes).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    expect(Object.keys(report.events).length).toBeGreaterThan(5);
  });
});
