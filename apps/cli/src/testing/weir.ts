import type { Io } from '../io';
import { run } from '../run';

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly server?: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What the person at the terminal answers; without it nobody is there. */
  readonly answer?: string;
  readonly isTerminal?: boolean;
  readonly drawsProgress?: boolean;
  readonly signal?: AbortSignal;
  readonly onStdout?: (text: string) => void;
}

/** Runs a command line in this process, in surroundings of its own. */
export async function weir(args: readonly string[], around: Surroundings = {}): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const { answer } = around;
  const io: Io = {
    stdout: (text) => {
      stdout += text;
      around.onStdout?.(text);
    },
    stderr: (text) => (stderr += text),
    readStdin: () => around.stdin ?? '',
    ask:
      answer === undefined
        ? null
        : (question) => {
            stderr += question;
            return Promise.resolve(answer);
          },
    env: { ...(around.server ? { WEIR_SERVER: around.server } : {}), ...around.env },
    isTerminal: around.isTerminal ?? false,
    drawsProgress: around.drawsProgress ?? false,
    nowMs: () => 1_060_000,
    signal: around.signal ?? new AbortController().signal,
  };
  const exitCode = await run(args, io);
  return { exitCode, stdout, stderr };
}
