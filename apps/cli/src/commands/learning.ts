import {
  API_PATHS,
  apiPath,
  doneResultSchema,
  formatIssues,
  learningImportBodySchema,
  learningViewSchema,
  summarize,
  type LearningImport,
} from '@weir/contracts';
import type { Command } from 'commander';
import { CliError } from '../cli-error';
import { readText } from '../offline/documents';
import type { Session } from '../session';
import { learningText } from '../views/learning-text';

interface ResetOptions {
  readonly cause?: string;
  readonly action?: string;
  readonly yes?: boolean;
}

/** What verdicts taught: shown, taken along to another controller, forgotten. */
export function addLearningCommands(program: Command, session: Session): void {
  const learning = program
    .command('learning')
    .description('how often which action helped against which cause, as verdicts taught');
  learning
    .command('show')
    .description('show what was learned, by cause, action and context')
    .action(async (_: unknown, command: Command) => {
      const view = await session.client(command).get(API_PATHS.learning, learningViewSchema);
      session.printer(command).result(view, () => learningText(view));
    });
  learning
    .command('export')
    .description('print what was learned as JSON, for `weir learning import`')
    .action(async (_: unknown, command: Command) => {
      const view = await session.client(command).get(API_PATHS.learning, learningViewSchema);
      const entries = view.entries.map(({ now: _now, ...entry }) => entry);
      session.printer(command).text(`${JSON.stringify({ entries }, null, 2)}\n`);
    });
  learning
    .command('import <file>')
    .description('take over what another controller learned; what it knows of the same replaces')
    .action(async (file: string, _: unknown, command: Command) => {
      const body = importOf(readText(file, session.io), file);
      const client = session.client(command);
      await client.write('PUT', apiPath('learning'), doneResultSchema, { body });
      const count = body.entries.length;
      session.printer(command).result({ imported: count }, () => `${count} entries imported`);
    });
  learning
    .command('reset')
    .description('forget what was learned, of one cause or action or of all; kept in the journal')
    .option('--cause <name>', 'of this cause only')
    .option('--action <type>', 'of this action only')
    .option('-y, --yes', 'do not ask')
    .action(async (options: ResetOptions, command: Command) => {
      const { cause = null, action = null } = options;
      const what = `${action ?? 'every action'} against ${cause ?? 'every cause'}`;
      if (!(await session.confirm(`forget what was learned of ${what}?`, options.yes ?? false)))
        return;
      const body = { cause, action };
      const path = apiPath('learningReset');
      await session.client(command).write('POST', path, doneResultSchema, { body });
      session.printer(command).result(body, () => `learning of ${what} reset`);
    });
}

/** Refused with the path of the field, before anything is sent. */
function importOf(text: string, where: string): LearningImport {
  const invalid = (reason: string, at = where): CliError =>
    new CliError({ code: 'request-invalid', reason, where: at });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(`not JSON: ${String(error)}`);
  }
  const parsed = learningImportBodySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = summarize(formatIssues(parsed.error));
  throw invalid(issue.reason, `${where}: ${issue.where}`);
}
