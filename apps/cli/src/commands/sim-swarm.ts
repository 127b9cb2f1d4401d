import { closeSync, openSync, writeSync } from 'node:fs';
import type { Command } from 'commander';
import { CliError } from '../cli-error';
import type { Session } from '../session';
import type * as Swarm from '../swarm';
import { progressOn } from './bench-outcomes';

/** Exit code of a run that found a violation. */
const VIOLATION = 3;

export interface SwarmFlags {
  readonly seeds?: number;
  readonly from?: number;
  readonly faults?: string;
  readonly workers?: number;
  readonly timeline?: string;
  readonly listFaults?: boolean;
  readonly json?: boolean;
}

/** Runs swarms of faults, seed by seed, on all cores; see docs/fault-simulation.md. */
export async function swarm(flags: SwarmFlags, session: Session, command: Command): Promise<void> {
  const module = swarmModule();
  const printer = session.printer(command);
  const from = flags.from ?? 1;
  const seeds = flags.seeds ?? 0;
  const faults = module.faultsOf(flags.faults ?? 'all');
  if (from + seeds - 1 > 0xffffffff)
    throw misused('--from', 'seeds go from 0 to 4294967295; this would go beyond');
  if (flags.timeline !== undefined) await writeTimeline(flags.timeline, from, flags, faults);
  const progress = progressOn(session);
  const report = await module.runSwarm({
    from,
    seeds,
    faults,
    workers: flags.workers ?? module.defaultWorkers(),
    startWorker: seeds === 1 ? module.inThisProcess : module.startProcess,
    progress: progress.show,
    now: () => performance.now(),
    signal: session.io.signal,
  });
  progress.end();
  if (flags.timeline !== undefined) printer.remark(`timeline: ${flags.timeline}`);
  if (flags.json) printer.text(JSON.stringify(report, null, 2));
  else printer.result(report, () => module.swarmText(report, printer.style));
  if (report.failing.length > 0) session.exitCode = VIOLATION;
  else if (!module.isClean(report)) session.exitCode = 1;
}

export function listFaults(flags: SwarmFlags, session: Session, command: Command): void {
  const { faultEntries, faultListText } = swarmModule();
  const printer = session.printer(command);
  if (flags.json) printer.text(JSON.stringify(faultEntries(), null, 2));
  else printer.result(faultEntries(), faultListText);
}

async function writeTimeline(
  path: string,
  seed: number,
  { seeds }: SwarmFlags,
  faults: readonly string[] | 'all',
): Promise<void> {
  if (seeds !== 1) throw misused('--timeline', 'a timeline is of one seed; give --seeds 1');
  let file: number;
  try {
    file = openSync(path, 'w');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw misused('--timeline', `cannot write ${path}: ${reason}`);
  }
  try {
    await swarmModule().runOneSeed(seed, faults, (line) => void writeSync(file, line));
  } finally {
    closeSync(file);
  }
}

/** A flag that does not go with what else was given. */
export const misused = (where: string, reason: string): CliError =>
  new CliError({ code: 'request-invalid', reason, where });

const swarmModule = (): typeof Swarm =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  require('../swarm') as typeof Swarm;
