import { Option, type Command } from 'commander';
import type * as Outcomes from '../bench/outcomes';
import type { Session } from '../session';
import { integerOption } from './option-values';

interface OutcomesOptions {
  readonly scenarios: string;
  readonly seeds: number;
  readonly only?: readonly string[];
  readonly workers?: number;
  readonly report?: string;
  readonly json?: boolean;
}

const FEWEST_SEEDS = 10;

export function addOutcomesBench(bench: Command, session: Session): void {
  bench
    .command('outcomes')
    .description('what the loop is worth: scenarios without it, with it, and against the bound')
    .option('--scenarios <folder>', 'folder of scenario files', 'test/scenarios')
    .addOption(
      new Option('--seeds <count>', 'runs of each scenario and variant')
        .argParser(integerOption)
        .default(FEWEST_SEEDS),
    )
    .option('--only <names>', 'scenarios, separated by commas', namesOption)
    .addOption(
      new Option('--workers <count>', 'processes at once (default: one per core)').argParser(
        integerOption,
      ),
    )
    .option('--report <folder>', 'write the report and every single run there as well')
    .option('--json', 'the same as -o json')
    .addHelpText(
      'after',
      '\nWorks without a daemon. Ctrl-C ends it with a report of what is done.\nExit codes: 0 done, 1 error or a failed run.',
    )
    .action(async (options: OutcomesOptions, command: Command) => {
      // Loaded when asked for: it brings in the engine and the simulator.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const module = require('../bench/outcomes') as typeof Outcomes;
      const printer = session.printer(command);
      const progress = progressOn(session);
      const outcomes = await module.runOutcomes({
        folder: options.scenarios,
        only: options.only ?? null,
        seeds: options.seeds,
        workers: options.workers ?? module.defaultWorkers(),
        progress: progress.show,
        startWorker: module.startProcess,
        now: () => performance.now(),
        signal: session.io.signal,
      });
      progress.end();
      if (options.report !== undefined) {
        module.writeOutcomes(options.report, outcomes);
        printer.remark(`report: ${options.report}`);
      }
      const { report } = outcomes;
      if (options.json) printer.text(JSON.stringify(report, null, 2));
      else printer.result(report, () => module.outcomesText(report));
      if (report.failed.length > 0) session.exitCode = 1;
    });
}

const namesOption = (text: string): string[] => text.split(',').map((name) => name.trim());

/** One line that is drawn over itself at a terminal; elsewhere a line for every tenth of the way. */
export function progressOn({ io }: Session): { show: (line: string) => void; end: () => void } {
  let width = 0;
  let tenth = '';
  return {
    show: (line) => {
      if (io.drawsProgress) {
        io.stderr(`\r${line.padEnd(width)}`);
        width = line.length;
        return;
      }
      const filled = String(Math.floor((line.match(/#/g)?.length ?? 0) / 3));
      if (filled === tenth) return;
      tenth = filled;
      io.stderr(`${line}\n`);
    },
    end: () => {
      if (width > 0) io.stderr(`\r${' '.repeat(width)}\r`);
    },
  };
}
