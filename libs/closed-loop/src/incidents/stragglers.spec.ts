import { seededRandom } from '@weir/core/base';
import { runScenario } from '../run/closed-loop';
import { drawIncidentOf } from '.';

// Runs with an engine take seconds where other specs run beside.
jest.setTimeout(60_000);

/** A drawn straggler, by its place in the series of incidents of a seed. */
async function straggler(number: number) {
  const random = seededRandom(203).fork(`causes/straggler/${number}`).fork('0');
  const { scenario } = drawIncidentOf(random, 'straggler');
  const run = await runScenario(scenario, { loop: 'observe' });
  if (!run.ok) throw new Error(JSON.stringify(run.error));
  const [cause] = run.value.result.incidents[0]?.causes ?? [];
  return { cause, story: scenario.document.spec.description };
}

describe('a straggler', () => {
  it('is named where workers report about themselves', async () => {
    const { cause, story } = await straggler(6);
    expect(cause?.name).toBe('straggler');
    expect(cause?.at).toMatch(/^h\d-\d$/);
    expect(story.startsWith(`${cause?.at} takes`)).toBe(true);
  });

  it('is told without its name where the job reports as a whole', async () => {
    const { cause } = await straggler(1);
    expect(cause).toMatchObject({ name: 'straggler', at: '' });
  });
});
