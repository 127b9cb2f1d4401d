import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import {
  knownSeeds,
  runsFor,
  seedsUpTo,
  writeKnownSeeds,
  type KnownSeeds,
} from './remembered-seeds';
import { MUTANTS } from './mutants';
import { runMutants } from './run-mutants';
import type { MutantOutcome, MutantTask, SwarmRun } from './task';

/**
 * `npm run mutants -- [--only NAMES] [--seeds 1000] [--faults LIST] [--fresh] [--write] [--json]`: breaks one guard
 * at a time and looks whether some seed notices. `--fresh` forgets which seed did before, `--write`
 * remembers it. Ends with 1 when a mutant survives.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      seeds: { type: 'string', default: '1000' },
      faults: { type: 'string', default: 'all' },
      fresh: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const only = values.only?.split(',');
  const unknown = only?.find((name) => !MUTANTS.some((mutant) => mutant.name === name));
  if (unknown !== undefined) throw new Error(`there is no mutant ${unknown}`);
  const count = Number(values.seeds);
  if (!(Number.isInteger(count) && count > 0)) throw new Error('--seeds: a whole number from 1');
  const known = values.fresh ? {} : knownSeeds();
  const faults = values.faults === 'all' ? 'all' : values.faults.split(',');
  const bad = values.fresh ? await badSeeds(count, faults) : new Set<number>();
  const tasks = MUTANTS.filter(({ name }) => only?.includes(name) ?? true).map(
    ({ name }): MutantTask => ({
      mutant: name,
      runs: runsFor(name, count, faults, known).filter(({ seed }) => !bad.has(seed)),
    }),
  );
  const outcomes = await runMutants(tasks, availableParallelism(), (outcome) => {
    process.stderr.write(`${lineOf(outcome)}\n`);
    // At once, so that an interrupted run is not lost.
    if (values.write) writeKnownSeeds({ ...knownSeeds(), ...seedsOf([outcome]) });
  });
  const caught = outcomes.filter(({ violation }) => violation !== null);
  if (values.json) process.stdout.write(`${JSON.stringify(outcomes, null, 2)}\n`);
  else process.stdout.write(`${tableOf(outcomes)}\n${caught.length} of ${tasks.length} caught\n`);
  if (caught.length < tasks.length) process.exitCode = 1;
}

/** Seeds that find something in the sources as they are say nothing about a mutant. */
async function badSeeds(count: number, faults: SwarmRun['faults']): Promise<ReadonlySet<number>> {
  const size = availableParallelism();
  const tasks = Array.from({ length: size }, (_, lane): MutantTask => ({
    mutant: null,
    runs: seedsUpTo(count)
      .filter((seed) => seed % size === lane)
      .map((seed) => ({ seed, faults })),
  }));
  const outcomes = await runMutants(tasks, size);
  const failed = outcomes.find(({ error }) => error !== null);
  if (failed !== undefined) throw new Error(failed.error ?? '');
  const failing = outcomes.flatMap((outcome) => outcome.failing);
  process.stderr.write(`${failing.length} of ${count} seeds fail without a mutant\n`);
  return new Set(failing);
}

const seedsOf = (caught: readonly MutantOutcome[]): KnownSeeds =>
  Object.fromEntries(
    caught.flatMap(({ mutant, seed, faults, violation }) =>
      mutant === null || seed === null || violation === null
        ? []
        : [[mutant, { seed, faults, invariant: violation.invariant, what: violation.what }]],
    ),
  );

const lineOf = ({ mutant, ran, seed, violation, error }: MutantOutcome): string =>
  violation === null
    ? `${mutant ?? ''}: ${error === null ? `survived ${ran} seeds` : `failed: ${error}`}`
    : `${mutant ?? ''}: seed ${seed ?? ''}, ${violation.invariant}, after ${ran}: ${violation.what}`;

/** The table of docs/fault-simulation.md. */
function tableOf(outcomes: readonly MutantOutcome[]): string {
  const rows = outcomes.map(({ mutant, seed, violation, ran }) => {
    const what = MUTANTS.find(({ name }) => name === mutant)?.what ?? '';
    const by = violation === null ? 'survived' : violation.invariant;
    return `| ${mutant ?? ''} | ${what} | ${by} | ${seed ?? '-'} | ${ran} |`;
  });
  return [
    '| mutant | what it does | caught by | seed | seeds run |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
