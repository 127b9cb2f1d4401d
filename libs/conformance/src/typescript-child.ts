import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface TypescriptChild {
  readonly process: ChildProcess;
  /** Lines of standard output so far. */
  readonly lines: readonly string[];
  /** Standard error so far. */
  errors(): string;
  /** Resolves with the exit code or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/**
 * Runs a TypeScript source in a process of its own, to be killed or starved by a test. `wrapper`
 * is a command to run it under, such as `strace` or a shell that sets limits.
 */
export function runTypescript(
  file: string,
  args: readonly string[],
  wrapper: readonly string[] = [],
): TypescriptChild {
  const register = join(__dirname, '../../../tools/register-typescript.cjs');
  const command = [...wrapper, process.execPath, '-r', register, file, ...args];
  const child = spawn(command[0] ?? process.execPath, command.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const reap = (): void => void child.kill('SIGKILL');
  process.once('exit', reap);
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    // `close`, not `exit`: all output has been read by then.
    child.once('close', (code, signal) => {
      process.removeListener('exit', reap);
      resolve(signal ?? code ?? -1);
    });
  });
  return { process: child, lines, errors: () => errors, ended };
}
