import { seededRandom } from '@weir/core/base';
import fc from 'fast-check';
import type { RunResult } from '../result';
import { runScenario } from '../run/closed-loop';
import {
  drawHealthy,
  drawIncident,
  drawIncidentOf,
  hurtOf,
  isHealthy,
  isRight,
  TRUTH_CAUSES,
} from '.';
import type { TruthCause } from '.';

// Runs with an engine take seconds where other specs run beside.
jest.setTimeout(60_000);

const observed = async (scenario: ReturnType<typeof drawIncident>): Promise<RunResult> => {
  const run = await runScenario(scenario, { loop: 'observe' });
  if (!run.ok) throw new Error(JSON.stringify(run.error));
  return run.value.result;
};

describe('a drawn incident', () => {
  it.each(TRUTH_CAUSES)('of %s builds from any seed, the same from the same', (truth) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const one = drawIncidentOf(seededRandom(seed), truth);
        const { document, timeline } = drawIncident(seededRandom(seed), truth);
        expect(document).toEqual(one.scenario.document);
        expect(timeline[0]?.atMs).toBe(one.onsetMs);
        expect(document.spec.durationMs).toBeGreaterThan(one.onsetMs + 20_000);
      }),
      { numRuns: 2 },
    );
  });

  it.each<[TruthCause, number]>([
    ['straggler', 3],
    ['starved-queue', 5],
    ['gray-damage', 4],
  ])('of %s, seed %i, truly hurts from its onset on, and is named', async (truth, seed) => {
    const drawn = drawIncidentOf(seededRandom(seed), truth);
    const run = await observed(drawn.scenario);
    const hurt = hurtOf(drawn, run);
    expect(hurt).toMatchObject({ hurts: true, metBefore: true });
    expect(hurt.severity).toBeGreaterThan(1.05);
    expect(run.changes).toEqual([]);
    const found = run.incidents.find(({ objective }) => objective === drawn.objective);
    expect(found?.detectedMs).toBeGreaterThan(drawn.onsetMs);
    const last = found?.named.at(-1);
    expect(isRight(truth, last?.cause ?? '')).toBe(true);
    expect(last?.cause).toBe(found?.causes[0]?.name);
  });

  it('does not hurt when the world says that nothing happened', async () => {
    const drawn = drawIncidentOf(seededRandom(3), 'straggler');
    const calm = { ...drawn.scenario, timeline: [] };
    expect(hurtOf(drawn, await observed(calm))).toMatchObject({ hurts: false, metBefore: true });
  });
});

describe('a healthy run', () => {
  it('is healthy by the truth, and opens no incident', async () => {
    const scenario = drawHealthy(seededRandom(8));
    const run = await observed(scenario);
    expect(isHealthy(scenario, run)).toBe(true);
    expect(run.measures.length).toBeGreaterThan(1);
    expect(run.incidents).toEqual([]);
    const worse = run.measures.map((measure) => ({
      ...measure,
      windows: { ...measure.windows, whole: { ...measure.windows.whole, headline: 1e6 } },
    }));
    expect(isHealthy(scenario, { ...run, measures: worse })).toBe(false);
  });
});
