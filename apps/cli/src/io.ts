import { createInterface } from 'node:readline/promises';
import { readFileSync } from 'node:fs';

/** The outside world of the command line, given by `main.ts` or by a test. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly readStdin: () => string;
  /** Asks a person; null when nobody is at the terminal. */
  readonly ask: ((question: string) => Promise<string>) | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether stdout is a terminal. */
  readonly isTerminal: boolean;
  /** Whether stderr is one, so that progress may be drawn over itself. */
  readonly drawsProgress: boolean;
  readonly nowMs: () => number;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export function processIo(): Io {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const interactive = process.stdin.isTTY && process.stderr.isTTY;
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    readStdin: () => readFileSync(0, 'utf8'),
    ask: interactive ? ask : null,
    env: process.env,
    isTerminal: process.stdout.isTTY,
    drawsProgress: process.stderr.isTTY,
    nowMs: () => Date.now(),
    signal: interrupt.signal,
  };
}

async function ask(question: string): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await prompt.question(question);
  } finally {
    prompt.close();
  }
}
