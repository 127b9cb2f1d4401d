import { seededRandom } from '@weir/core/base';
import { buildScenario } from '../build/scenario';
import { runScenario } from '../run/closed-loop';
import { drawIncidentOf } from '.';

// Runs with an engine take seconds where other specs run beside.
jest.setTimeout(60_000);

/** What was said of the hash of two tiers, of which the upper one is uneven. */
async function polarised(hashing: 'shared' | 'narrow' | 'per-switch') {
  const random = seededRandom(201).fork('causes/polarisation-two-tiers/3').fork('0');
  const { scenario: drawn, onsetMs } = drawIncidentOf(random, 'polarisation-two-tiers');
  const { document } = drawn;
  const { seed } = document.spec;
  const topology = { ...document.spec.topology, hashing };
  const spec = { ...document.spec, topology, durationMs: onsetMs + 7_000 };
  const scenario = buildScenario({ ...document, spec }, { seed, readText: () => fail() });
  if (!scenario.ok) throw new Error(JSON.stringify(scenario.error));
  const run = await runScenario(scenario.value, { loop: 'observe' });
  if (!run.ok) throw new Error(JSON.stringify(run.error));
  const causes = run.value.result.incidents.flatMap((incident) => incident.causes);
  return causes.filter(({ name, at }) => name === 'ecmp-polarisation' && at.startsWith('spine'));
}

const fail = (): never => {
  throw new Error('a drawn incident reads no file');
};

describe('polarisation in the second of two tiers', () => {
  it('is told from the first tier where one hash decides in both', async () => {
    const [cause] = await polarised('shared');
    expect(cause?.evidence.at(-1)).toContain('one hash decides in both tiers');
    const part = cause?.parts?.find(({ signal }) => signal === 'tiers-deviations');
    expect(part?.value).toBeGreaterThan(3);
  });

  it('does not follow from the first tier where its hash has too few values', async () => {
    const [cause] = await polarised('narrow');
    expect(cause?.evidence.at(-1)).toContain('narrow by itself');
  });

  it('is not found where each switch hashes by itself', async () => {
    expect(await polarised('per-switch')).toEqual([]);
  });
});
