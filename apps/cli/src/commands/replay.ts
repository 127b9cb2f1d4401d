import { InvalidArgumentError, type Command } from 'commander';
import { CliError } from '../cli-error';
import type * as Flight from '../flight';
import type { Session } from '../session';

/** Exit code where something else came out than was recorded. */
const DIFFERS = 3;

interface PeriodOptions {
  readonly dir?: string;
  readonly from?: number;
  readonly to?: number;
  readonly json?: boolean;
}

interface ReplayOptions extends PeriodOptions {
  readonly policy?: string;
  readonly showPolicy?: boolean;
  readonly journal?: string;
}

const EXITS = '\nWorks without a daemon. Exit codes: 0 the same, 1 error, 3 something differs.';

export function addReplayCommand(program: Command, session: Session): void {
  withPeriod(
    program
      .command('replay [files...]')
      .description('fold flight recordings again, and hold them against what was recorded')
      .option('--policy <file>', 'fold them under this policy and show the decisions that differ')
      .option(
        '--journal <directory>',
        'with --policy, where there is no recording: conditions only',
      )
      .option(
        '--show-policy',
        'print the policy that was in force instead, to be edited and tried',
      ),
  )
    .addHelpText('after', EXITS)
    .action(async (files: string[], options: ReplayOptions, command: Command) => {
      if (options.journal !== undefined)
        return fromJournal(options.journal, files, options, command, session);
      const { compareFlights, comparisonText, recordedPolicy, replayFlights, replayText } =
        flightModule();
      const found = foundBy(files, options);
      const printer = session.printer(command);
      if (options.showPolicy === true) return printer.text(recordedPolicy(found));
      const print = (value: object, text: () => string): void => {
        if (options.json === true) printer.text(JSON.stringify(value, null, 2));
        else printer.result(value, text);
      };
      if (options.policy === undefined) {
        const replays = replayFlights(found);
        print({ replays }, () => replayText(replays, printer.style));
        session.exitCode = replays.every((item) => item.identical) ? 0 : DIFFERS;
        return;
      }
      const comparisons = compareFlights(found, options.policy, session.io);
      print({ comparisons }, () => comparisonText(comparisons, printer.style));
      session.exitCode = comparisons.every((item) => item.differences.length === 0) ? 0 : DIFFERS;
    });
}

async function fromJournal(
  directory: string,
  files: readonly string[],
  { policy, from, to, dir, json }: ReplayOptions,
  command: Command,
  session: Session,
): Promise<void> {
  if (policy === undefined || files.length > 0 || dir !== undefined)
    throw new CliError({
      code: 'request-invalid',
      reason: 'a journal is held against a policy, without recordings beside it',
      where: '--journal',
      hint: 'weir replay --journal DIR --policy FILE [--from TIME] [--to TIME]',
    });
  const { compareJournal, journalText } = flightModule();
  const period = { fromMs: from ?? -Infinity, toMs: to ?? Infinity };
  const comparison = await compareJournal(directory, policy, period, session.io);
  const printer = session.printer(command);
  if (json === true) printer.text(JSON.stringify(comparison, null, 2));
  else printer.result(comparison, () => journalText(comparison));
  session.exitCode = comparison.decisions.some((item) => item.differs) ? DIFFERS : 0;
}

interface BacktestOptions extends PeriodOptions {
  readonly policy: string;
}

export function addBacktestCommand(program: Command, session: Session): void {
  withPeriod(
    program
      .command('backtest [files...]')
      .description(
        'score a policy over flight recordings: what it would have decided, and its worth',
      )
      .requiredOption('--policy <file>', 'the policy to score'),
  )
    .addHelpText('after', '\nWorks without a daemon. Exit codes: 0 done, 1 error.')
    .action((files: string[], options: BacktestOptions, command: Command) => {
      const { backtestFlights, backtestText } = flightModule();
      const report = backtestFlights(foundBy(files, options), options.policy, session.io);
      const printer = session.printer(command);
      if (options.json === true) printer.text(JSON.stringify(report, null, 2));
      else printer.result(report, () => backtestText(report));
    });
}

const withPeriod = (command: Command): Command =>
  command
    .option('--dir <directory>', 'all recordings of this directory, e.g. .weir/flight')
    .option('--from <time>', 'with --dir: those that reach past this time, ISO 8601', timeOption)
    .option('--to <time>', 'with --dir: those that begin before this time, ISO 8601', timeOption)
    .option('--json', 'the same as -o json');

function foundBy(files: readonly string[], options: PeriodOptions): readonly string[] {
  const { dir, from, to } = options;
  return flightModule().findFlights({
    files,
    dir,
    fromMs: from ?? -Infinity,
    toMs: to ?? Infinity,
  });
}

/** Loaded when asked for: a replay brings in the engine, which others do without. */
const flightModule = (): typeof Flight =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  require('../flight') as typeof Flight;

const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

function timeOption(text: string): number {
  const ms = ISO.test(text) ? Date.parse(text) : NaN;
  if (Number.isFinite(ms)) return ms;
  throw new InvalidArgumentError('A time such as 2026-01-31 or 2026-01-31T12:00:00Z is needed.');
}
