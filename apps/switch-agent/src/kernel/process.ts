import { execFile } from 'node:child_process';

export interface ProcessResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one program to its end; never through a shell. Injected, so that tests can record it. */
export type RunProcess = (
  program: string,
  args: readonly string[],
  stdin: string,
) => Promise<ProcessResult>;

const TIMEOUT_MS = 10_000;
/** A full table of 100,000 routes prints some 20 MB. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** A shell without login on Debian lacks the directories in which `ip`, `tc` and `nft` are. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' };
}

/** Rejects when the program cannot be started, is killed, or prints without end. */
export const runProcess: RunProcess = (program, args, stdin) =>
  new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [...args],
      { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES, env: toolEnvironment() },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ exitCode: 0, stdout, stderr });
        if (typeof error.code === 'number')
          return resolve({ exitCode: error.code, stdout, stderr });
        reject(new Error(`${program} did not run to its end: ${error.message}`, { cause: error }));
      },
    );
    // A program that ends before it has read everything breaks the pipe; its exit code says why.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
  });
