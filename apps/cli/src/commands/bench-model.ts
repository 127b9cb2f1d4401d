import type { Command } from 'commander';
import type * as Model from '../bench/model';
import { dataFolder } from '../bench/data-folder';
import type { Session } from '../session';
import { progressOn } from './bench-outcomes';

interface ModelOptions {
  readonly data?: string;
  readonly full?: boolean;
  readonly json?: boolean;
}

export function addModelBench(bench: Command, session: Session): void {
  bench
    .command('model')
    .description('the simulator against optima, closed forms and measurements of others')
    .option(
      '--data <folder>',
      'folder with meta-pods and hedera-patterns; default: WEIR_DATA, ../shared/data, or the samples of the sources',
    )
    .option('--full', 'solve every traffic matrix, not only every ninth')
    .option('--json', 'the same as -o json')
    .addHelpText(
      'after',
      '\nWorks without a daemon. Checks whose data is not there are skipped and named.' +
        '\nExit codes: 0 every check that ran is within its tolerance, 1 one is off.',
    )
    .action(async (options: ModelOptions, command: Command) => {
      // Loaded when asked for: it brings in the simulator and a solver.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const module = require('../bench/model') as typeof Model;
      const printer = session.printer(command);
      const progress = progressOn(session);
      const report = await module.runModelBench({
        data: dataFolder(options.data, session.io.env),
        full: options.full === true,
        progress: progress.show,
        now: () => performance.now(),
      });
      progress.end();
      if (options.json) printer.text(JSON.stringify(report, null, 2));
      else printer.result(report, () => module.modelText(report));
      if (!report.passed) session.exitCode = 1;
    });
}
