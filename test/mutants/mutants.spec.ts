import { availableParallelism } from 'node:os';
import { editedFiles } from './mutant';
import { MUTANTS, NOT_CAUGHT_YET } from './mutants';
import { knownSeeds, runsFor, seedsUpTo } from './remembered-seeds';
import { runMutants } from './run-mutants';

// Every mutant is a process that loads the sources anew, beside all other specs.
jest.setTimeout(900_000);

/** When the remembered seed does not catch a mutant any more, so many others are tried. */
const OTHERS = 12;

describe('mutants', () => {
  it('are many, each under a name of its own', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    expect(MUTANTS.length).toBeGreaterThanOrEqual(24);
  });

  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    '%s: each edit matches the sources exactly once',
    (_name, mutant) => {
      expect(editedFiles(mutant).size).toBeGreaterThan(0);
    },
  );

  it('an edit that matches nothing, or more than once, is refused', () => {
    const [first] = MUTANTS;
    const file = first?.edits[0]?.file ?? '';
    const wrong = (find: string) => () =>
      editedFiles({ name: 'm', what: '', breaks: 'I1', edits: [{ file, find, replace: '' }] });
    expect(wrong('there is no such line')).toThrow('found 0 times');
    expect(wrong('import')).toThrow(/found \d+ times/);
  });

  it('are caught, each by some seed', async () => {
    const known = knownSeeds();
    const names = Object.keys(known);
    const tasks = names.map((mutant) => ({
      mutant,
      runs: runsFor(mutant, OTHERS, 'all', known),
    }));
    const outcomes = await runMutants(tasks, availableParallelism());
    expect(outcomes.filter(({ violation }) => violation === null)).toEqual([]);
  });

  it('are what is caught: the sources as they are violate nothing in the same runs', async () => {
    const runs = Object.values(knownSeeds()).map(({ seed, faults }) => ({ seed, faults }));
    const lanes = seedsUpTo(availableParallelism()).map((lane) => ({
      mutant: null,
      runs: runs.filter((_, i) => i % availableParallelism() === lane - 1),
    }));
    const outcomes = await runMutants(lanes, lanes.length);
    expect(outcomes.map(({ failing, error }) => ({ failing, error }))).toEqual(
      lanes.map(() => ({ failing: [], error: null })),
    );
    expect(outcomes.reduce((sum, { ran }) => sum + ran, 0)).toBe(runs.length);
  });

  it('are remembered with the run that caught them, or listed as holes', () => {
    const names = [...Object.keys(knownSeeds()), ...NOT_CAUGHT_YET];
    expect(names.sort()).toEqual(MUTANTS.map(({ name }) => name).sort());
    expect(Object.keys(knownSeeds()).length).toBeGreaterThanOrEqual(24);
  });
});
