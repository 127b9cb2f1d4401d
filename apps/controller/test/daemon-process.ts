import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = join(__dirname, '..', 'dist', 'main.js');

export interface DaemonProcess {
  readonly child: ChildProcess;
  readonly lines: Record<string, unknown>[];
  readonly errors: string[];
  /** Exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** The built program, as an operator runs it; output is collected line by line. */
export function runDaemon(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): DaemonProcess {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing; run npm run build first`);
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Record<string, unknown>[] = [];
  const errors: string[] = [];
  const keep = (text: string): void => {
    try {
      lines.push(JSON.parse(text) as Record<string, unknown>);
    } catch {
      // Not a log line: what --help and --check print.
      lines.push({ text });
    }
  };
  createInterface({ input: child.stdout }).on('line', keep);
  createInterface({ input: child.stderr }).on('line', (text) => errors.push(text));
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => {
      resolve(code ?? signal ?? 'unknown');
    });
  });
  return { child, lines, errors, ended };
}

/** Ports of a daemon that runs, from its log. */
export function listening(daemon: DaemonProcess): { readonly http: number } | undefined {
  const line = daemon.lines.find(({ msg }) => msg === 'listening');
  return line as { http: number } | undefined;
}
