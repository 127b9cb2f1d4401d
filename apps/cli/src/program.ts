import { Command, Option } from 'commander';
import { addBenchCommands } from './commands/bench';
import { addCompletionCommand } from './commands/completion';
import { addControlCommands } from './commands/control';
import { addDeleteCommand } from './commands/delete';
import { addExplainCommand } from './commands/explain';
import { addJournalCommands } from './commands/journal';
import { addLearningCommands } from './commands/learning';
import { addOfflineCommands } from './commands/offline';
import { addReadCommands } from './commands/read';
import { addBacktestCommand, addReplayCommand } from './commands/replay';
import { addScoresCommand } from './commands/scores';
import { addSimCommand } from './commands/sim';
import { addSizeBufferCommand } from './commands/size-buffer';
import { addWatchCommand } from './commands/watch';
import { addWriteCommands } from './commands/write';
import { DEFAULT_SERVER, FORMATS, type Session } from './session';

/** The whole command line, ready to parse. */
export function buildProgram(session: Session): Command {
  const program = new Command('weir');
  program
    .description('Command line of the Weir controller.')
    .option('--server <url>', `address of the daemon (WEIR_SERVER, default ${DEFAULT_SERVER})`)
    .option('--token <token>', 'bearer token (better: WEIR_TOKEN)')
    .option('--ca <file>', 'authority of an https server, PEM (WEIR_CA, default: the system)')
    .option('--cert <file>', 'own certificate for a server that asks for one, PEM (WEIR_CERT)')
    .option('--key <file>', 'key of --cert, PEM (WEIR_KEY)')
    .option('--timeout <seconds>', 'longest wait for an answer (WEIR_TIMEOUT, default 15)')
    .addOption(new Option('-o, --output <format>', 'form of the output').choices(FORMATS))
    .option('--no-color', 'no colours (also NO_COLOR)')
    .addHelpText(
      'after',
      '\nData goes to stdout, remarks and errors to stderr.' +
        '\nExit codes: 0 done, 1 error, 2 a plan with changes, 3 missed expectations.',
    )
    .showHelpAfterError('(run with --help for usage)')
    .showSuggestionAfterError();
  addReadCommands(program, session);
  addExplainCommand(program, session);
  addWriteCommands(program, session);
  addDeleteCommand(program, session);
  addControlCommands(program, session);
  addWatchCommand(program, session);
  addJournalCommands(program, session);
  addScoresCommand(program, session);
  addLearningCommands(program, session);
  addOfflineCommands(program, session);
  addSizeBufferCommand(program, session);
  addSimCommand(program, session);
  addReplayCommand(program, session);
  addBacktestCommand(program, session);
  addBenchCommands(program, session);
  addCompletionCommand(program, session);
  for (const command of everyCommand(program))
    command.exitOverride().configureOutput({
      writeOut: (text) => session.io.stdout(text),
      writeErr: (text) => session.io.stderr(text),
    });
  return program;
}

/** A command and all below it. */
export const everyCommand = (command: Command): Command[] => [
  command,
  ...command.commands.flatMap(everyCommand),
];
