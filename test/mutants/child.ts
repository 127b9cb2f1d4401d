import type * as SwarmModule from '@weir/swarm';
import { MUTANTS } from './mutants';
import { editedFiles } from './mutant';
import { nothingFound, type MutantOutcome, type MutantTask } from './task';

interface Compiler {
  compile(module: unknown, file: string, text: string): void;
}

/** From now on the files of the mutant are loaded as it edits them. */
function mutate(name: string): void {
  const mutant = MUTANTS.find((item) => item.name === name);
  if (mutant === undefined) throw new Error(`there is no mutant ${name}`);
  const files = editedFiles(mutant);
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { compile } = require('../../tools/register-typescript.cjs') as Compiler;
  const { extensions } = require;
  const load = extensions['.ts'];
  extensions['.ts'] = (module, file) => {
    const text = files.get(file);
    if (text === undefined) load?.(module, file);
    else compile(module, file, text);
  };
}

async function run({ mutant, runs }: MutantTask): Promise<MutantOutcome> {
  if (mutant !== null) mutate(mutant);
  // Only now, so that it is the mutant that is loaded.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { runSeed } = require('@weir/swarm') as typeof SwarmModule;
  let outcome = nothingFound(mutant, null);
  for (const { seed, faults } of runs) {
    const { violations, options } = await runSeed(seed, { faults });
    const [violation] = violations;
    outcome = { ...outcome, ran: outcome.ran + 1 };
    if (violation === undefined) continue;
    const failing = [...outcome.failing, seed];
    outcome = { ...outcome, failing };
    if (outcome.seed === null) outcome = { ...outcome, seed, faults: options, violation };
    if (mutant !== null) break;
  }
  return outcome;
}

process.on('message', (task: MutantTask) => {
  run(task)
    .catch((error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return nothingFound(task.mutant, text);
    })
    .then((outcome) => process.send?.(outcome, () => process.disconnect()))
    .catch((error: unknown) => {
      throw error;
    });
});
