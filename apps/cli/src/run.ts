import { CommanderError } from 'commander';
import { CliError, errorText } from './cli-error';
import type { Io } from './io';
import { buildProgram } from './program';
import { Session } from './session';

/** Runs one command line (without node and script name) and gives the exit code. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const session = new Session(io);
  try {
    await buildProgram(session).parseAsync([...argv], { from: 'user' });
    return session.exitCode;
  } catch (error) {
    // Commander has printed help, the version or its own message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    if (!(error instanceof CliError)) throw error;
    io.stderr(errorText(error));
    return 1;
  }
}
