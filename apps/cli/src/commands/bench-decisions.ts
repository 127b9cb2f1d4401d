import { randomInt } from 'node:crypto';
import { Option, type Command } from 'commander';
import type * as Decisions from '../bench/decisions';
import { dataFolder } from '../bench/data-folder';
import type { Session } from '../session';
import { progressOn } from './bench-outcomes';
import { integerOption } from './option-values';

interface DecisionsOptions {
  readonly data?: string;
  readonly only?: readonly string[];
  readonly full?: boolean;
  readonly causes?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

export function addDecisionsBench(bench: Command, session: Session): void {
  bench
    .command('decisions')
    .description('how good the methods decide: against optima, truths and published figures')
    .option(
      '--data <folder>',
      'folder with sets of traffic matrices; default: WEIR_DATA, ../shared/data, or the samples of the sources',
    )
    .option(
      '--only <sections>',
      'some of te, solver, forecast, causes, verdicts and steps, separated by commas',
      namesOption,
    )
    .option('--full', 'all the data, not only a sample of it')
    .addOption(
      new Option('--causes <count>', 'incidents of each cause (default: 18)').argParser(
        integerOption,
      ),
    )
    .addOption(
      new Option('--seed <number>', 'of everything random; default: a new one').argParser(
        integerOption,
      ),
    )
    .option('--json', 'the same as -o json')
    .addHelpText(
      'after',
      '\nWorks without a daemon. What has no data is skipped and named.' +
        '\nExit codes: 0 done, whether or not every target is met; 1 error.',
    )
    .action(async (options: DecisionsOptions, command: Command) => {
      // Loaded when asked for: it brings in the simulator and a solver.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const module = require('../bench/decisions') as typeof Decisions;
      const printer = session.printer(command);
      const progress = progressOn(session);
      const report = await module.runDecisions({
        data: dataFolder(options.data, session.io.env),
        only: options.only ?? null,
        full: options.full === true,
        causes: options.causes,
        seed: options.seed ?? randomInt(1, 2 ** 31),
        progress: progress.show,
        now: () => performance.now(),
      });
      progress.end();
      if (options.json) printer.text(JSON.stringify(report, null, 2));
      else printer.result(report, () => module.decisionsText(report));
    });
}

const namesOption = (text: string): string[] => text.split(',').map((name) => name.trim());
