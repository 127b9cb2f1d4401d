import { writeFileSync } from 'node:fs';
import { FlightDirectory } from '@weir/adapter-flight-file';
import type { LoopMode, Run } from '@weir/closed-loop';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { CliError } from '../cli-error';
import type * as Report from '../report';
import type { Session } from '../session';
import type * as Sim from '../sim';
import { integerOption } from './option-values';
import { listFaults, misused, swarm, type SwarmFlags } from './sim-swarm';

/** Exit code of a run that went well and did not show what the file expects of it. */
const EXPECTATION_MISSED = 3;

interface SimOptions extends SwarmFlags {
  readonly seed?: number;
  readonly loop: LoopMode;
  readonly bound?: boolean;
  readonly truth: boolean;
  readonly report?: string;
  readonly record?: string;
}

export function addSimCommand(program: Command, session: Session): void {
  program
    .command('sim [file]')
    .description('run a scenario file on the simulated fabric, or swarms of faults by seed')
    .addOption(new Option('--seed <number>', 'of everything random').argParser(seedOption))
    .addOption(
      new Option('--loop <mode>', 'on: the engine acts; suggest: it only says what it would do')
        .choices(['on', 'suggest', 'off'])
        .default('on'),
    )
    .option('--bound', 'no faults and endless fabric links, so that only the hosts limit; loop off')
    .option('--no-truth', 'do not find out what every change truly did, which is faster')
    .option('--json', 'the same as -o json')
    .option('--report <file>', 'write an HTML report to this file as well')
    .option('--record <directory>', 'keep a flight recording of the run there, for `weir replay`')
    .addOption(
      new Option('--seeds <count>', 'instead of a file: run so many seeds of the fault simulation')
        .argParser(integerOption)
        .helpGroup(SWARM),
    )
    .addOption(
      new Option('--from <seed>', 'the first seed (default: 1)')
        .argParser(seedOption)
        .helpGroup(SWARM),
    )
    .addOption(
      new Option(
        '--faults <names>',
        'all, or fault options separated by commas (default: all)',
      ).helpGroup(SWARM),
    )
    .addOption(
      new Option('--workers <count>', 'processes at once (default: one per core)')
        .argParser(integerOption)
        .helpGroup(SWARM),
    )
    .addOption(
      new Option(
        '--timeline <file>',
        'write everything that happened in one seed, as JSON lines',
      ).helpGroup(SWARM),
    )
    .addOption(new Option('--list-faults', 'show the fault options').helpGroup(SWARM))
    .addHelpText(
      'after',
      '\nWorks without a daemon. With --seeds, Ctrl-C ends it with a report of what is done.\nExit codes: 0 done, 1 error, 3 an expectation of the file missed, or an invariant violated.',
    )
    .action(async (file: string | undefined, options: SimOptions, command: Command) => {
      if (options.listFaults === true) return listFaults(options, session, command);
      if (file !== undefined) {
        refuseMixture(command, SWARM_FLAGS, 'it is of the fault simulation, which takes no file');
        return runFile(file, options, session, command);
      }
      if (options.seeds === undefined)
        throw misused('file', 'give a scenario file, or --seeds for the fault simulation');
      refuseMixture(command, FILE_FLAGS, 'it is of scenario files; a seed is given by --from');
      return swarm(options, session, command);
    });
}

const SWARM = 'Fault simulation:';
const SWARM_FLAGS = ['seeds', 'from', 'faults', 'workers', 'timeline'];
const FILE_FLAGS = ['seed', 'loop', 'bound', 'truth', 'report', 'record'];

/** Flags of the other kind of run would be passed over in silence. */
function refuseMixture(command: Command, flags: readonly string[], why: string): void {
  const given = flags.find((flag) => command.getOptionValueSource(flag) === 'cli');
  if (given === undefined) return;
  throw misused(given === 'truth' ? '--no-truth' : `--${given}`, why);
}

async function runFile(
  file: string,
  options: SimOptions,
  session: Session,
  command: Command,
): Promise<void> {
  const printer = session.printer(command);
  const run = await simulate(file, options, session);
  const { result } = run;
  if (options.report !== undefined) {
    writeReport(options.report, run);
    printer.remark(`report: ${options.report}`);
  }
  const { summaryText } = simModule();
  if (options.json) printer.text(JSON.stringify(result, null, 2));
  else printer.result(result, () => summaryText(result, printer.style));
  const missed = result.expectations.some((expectation) => !expectation.passed);
  session.exitCode = missed ? EXPECTATION_MISSED : 0;
}

async function simulate(file: string, options: SimOptions, session: Session): Promise<Run> {
  const { loadScenario, ProgressBar, runLoaded } = simModule();
  const { io } = session;
  const scenario = loadScenario(file, options.seed, io);
  const bar = new ProgressBar(io);
  try {
    return await runLoaded(file, scenario, {
      loop: options.loop,
      bound: options.bound ?? false,
      truth: options.truth,
      progress: (atMs, durationMs) => bar.update(atMs, durationMs),
      ...(options.record === undefined ? {} : { flight: recordingIn(options.record) }),
      signal: io.signal,
    });
  } catch (error) {
    if (!io.signal.aborted) throw error;
    throw new CliError({ code: 'request-invalid', reason: 'interrupted; nothing was written' });
  } finally {
    bar.clear();
  }
}

/** Runs that are recorded are kept until somebody removes them. */
function recordingIn(dir: string): FlightDirectory {
  return new FlightDirectory({
    dir,
    keep: Infinity,
    maxBytes: Infinity,
    maxWaitingBytes: Infinity,
  });
}

function writeReport(path: string, run: Run): void {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { reportHtml } = require('../report') as typeof Report;
  try {
    writeFileSync(path, reportHtml(run));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError({ code: 'request-invalid', reason: `cannot write ${path}: ${reason}` });
  }
}

/** Loaded when asked for: the simulator brings in the engine, which others do without. */
const simModule = (): typeof Sim =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  require('../sim') as typeof Sim;

function seedOption(text: string): number {
  const seed = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (seed <= 0xffffffff) return seed;
  throw new InvalidArgumentError('A whole number from 0 to 4294967295 is needed.');
}
