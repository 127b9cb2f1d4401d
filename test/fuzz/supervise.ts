import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DoorReport, Failure } from './driver';

export interface Job {
  readonly door: string;
  readonly firstSeed: number;
  /** `replay` is inputs without the corpus. */
  readonly unit: 'minutes' | 'inputs' | 'replay';
  readonly amount: number;
}

/** With inputs as text, as they are kept. */
export type ChildReport = Omit<DoorReport, 'failures'> & {
  readonly failures: readonly (Omit<Failure, 'input'> & { readonly input: string })[];
};

interface Line {
  readonly seed?: number | null;
  readonly kept?: string | null;
  readonly progressed?: boolean;
  readonly report?: ChildReport;
}

/** An input that takes longer hangs; ordinary ones take microseconds to some milliseconds. */
export const HANG_MS = 60_000;
/** Growth of the heap, after garbage collection, over three quarters of a run. */
const MAX_GROWTH_BYTES = 48 * 1024 * 1024;

const REGISTER = join(__dirname, '../../tools/register-typescript.cjs');

/** Runs a door in a child and adds what only its parent can see: hangs, deaths, growth. */
export function supervise(
  job: Job,
  onProgress: (inputs: number) => void = () => undefined,
  hangMs = HANG_MS,
): Promise<ChildReport> {
  const args = ['--expose-gc', '-r', REGISTER, join(__dirname, 'child.ts'), job.door];
  const child = spawn(
    process.execPath,
    [...args, String(job.firstSeed), job.unit, String(job.amount)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const reap = (): void => void child.kill('SIGKILL');
  process.once('exit', reap);
  let last: Line = { seed: job.firstSeed, kept: null };
  let report: ChildReport | null = null;
  let errors = '';
  let hung = false;
  let inputs = 0;
  let watchdog = setTimeout(() => undefined, 0);
  const alive = (): void => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      hung = true;
      reap();
    }, hangMs);
  };
  alive();
  child.stderr.on('data', (text: Buffer) => (errors = (errors + text.toString()).slice(-4_000)));
  createInterface({ input: child.stdout }).on('line', (text) => {
    // Other lines are what libraries print.
    if (!text.startsWith('{"seed":') && !text.startsWith('{"report":')) return;
    const line = JSON.parse(text) as Line;
    alive();
    if (line.report !== undefined) report = line.report;
    else {
      last = line;
      inputs++;
      if (line.progressed === true) onProgress(inputs);
    }
  });
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      clearTimeout(watchdog);
      process.removeListener('exit', reap);
      if (report !== null) {
        resolve(withGrowth(report));
        return;
      }
      const reason = hung
        ? `hangs: no end after ${hangMs} ms`
        : `the process died (${signal ?? code}): ${errors.slice(-1_500)}`;
      resolve(died(job, inputs, last, reason));
    });
  });
}

function died(job: Job, inputs: number, last: Line, reason: string): ChildReport {
  const failure = { seed: last.seed ?? null, kept: last.kept ?? null, reason, input: 'null' };
  return {
    door: job.door,
    firstSeed: job.firstSeed,
    inputs,
    kept: 0,
    outcomes: {},
    failures: [failure],
    heap: null,
    libraryBytesPerInput: 0,
    skipped: null,
  };
}

function withGrowth(report: ChildReport): ChildReport {
  const { heap, firstSeed, inputs, libraryBytesPerInput } = report;
  const known = libraryBytesPerInput * inputs;
  const growth = heap === null ? 0 : heap.endBytes - heap.quarterBytes - known;
  if (growth <= MAX_GROWTH_BYTES) return report;
  const reason = `memory grew by ${growth} bytes over ${report.inputs} inputs`;
  const failure = { seed: firstSeed, kept: null, reason, input: 'null' };
  return { ...report, failures: [...report.failures, failure] };
}
