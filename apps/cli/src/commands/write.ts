import {
  apiPath,
  API_PATHS,
  changeResultSchema,
  intentResultSchema,
  intentViewSchema,
  type ChangeView,
} from '@weir/contracts';
import type { Command } from 'commander';
import type { ApiClient } from '../api/client';
import { CliError } from '../cli-error';
import { readDocuments } from '../offline/documents';
import type { Printer } from '../output/printer';
import type { Session } from '../session';
import { changeHead, planText } from '../views/plan-text';
import { collect } from './option-values';
import { requestOf, type RequestDocument } from './requests';
import { targetOf } from './resources';

interface FileOptions {
  readonly filename: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function addWriteCommands(program: Command, session: Session): void {
  program
    .command('plan')
    .description('show what an intent or a change of your own would do; nothing is written')
    .requiredOption('-f, --filename <file>', 'YAML or JSON file, - for stdin', collect)
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing to change, 1 error or a plan that would be refused, 2 changes.',
    )
    .action(async ({ filename }: FileOptions, command: Command) => {
      const client = session.client(command);
      const requests = readDocuments(filename, session.io).map(requestOf);
      const plans: ChangeView[] = [];
      for (const request of requests) plans.push(...(await dryRun(client, request)));
      printPlans(session.printer(command), plans);
      const refused = plans.some((change) => change.state === 'rejected');
      session.exitCode = refused ? 1 : plans.length > 0 ? 2 : 0;
    });
  program
    .command('apply')
    .description('create or change intents, or make a change of your own')
    .requiredOption('-f, --filename <file>', 'YAML or JSON file, - for stdin', collect)
    .option('--dry-run', 'show the plans and write nothing')
    .option('-y, --yes', 'do not ask')
    .action((options: FileOptions, command: Command) => apply(session, command, options));
  program
    .command('delete [type] [name]')
    .description('delete intents, by name or by file')
    .option('-f, --filename <file>', 'YAML or JSON file, - for stdin', collect, [])
    .option('--dry-run', 'show the plans and delete nothing')
    .action(
      (
        type: string | undefined,
        name: string | undefined,
        options: FileOptions,
        command: Command,
      ) => remove(session, command, type, name, options),
    );
}

const intentPath = (kind: string, name: string): string => apiPath('intent', { kind, name });

async function dryRun(client: ApiClient, request: RequestDocument): Promise<ChangeView[]> {
  const query = { dryRun: true };
  if (request.type === 'change') {
    const { body } = request;
    const answer = await client.write('POST', API_PATHS.changes, changeResultSchema, {
      query,
      body,
    });
    return [answer.change];
  }
  const { intent } = request;
  const path = intentPath(intent.kind, intent.metadata.name);
  const answer = await client.write('PUT', path, intentResultSchema, { query, body: intent });
  return answer.plans;
}

function printPlans(printer: Printer, plans: readonly ChangeView[]): void {
  if (!printer.isText) return printer.data({ formatVersion: 1, plans });
  if (plans.length === 0) printer.remark('nothing to change');
  printer.text(plans.map((change) => plainPlan(printer, change)).join('\n'));
}

const plainPlan = (printer: Printer, change: ChangeView): string =>
  `${changeHead(change, printer.style)}\n${planText(change.plan, printer.style)}\n`;

async function apply(session: Session, command: Command, options: FileOptions): Promise<void> {
  const client = session.client(command);
  const printer = session.printer(command);
  const requests = readDocuments(options.filename, session.io).map(requestOf);
  const plans: ChangeView[] = [];
  for (const request of requests) plans.push(...(await dryRun(client, request)));
  if (options.dryRun) return printPlans(printer, plans);
  if (plans.length > 0 && !options.yes) {
    for (const change of plans) printer.remark(plainPlan(printer, change));
    const question = applyQuestion(plans);
    if (!(await session.confirm(question, false))) return;
  }
  const results: unknown[] = [];
  for (const request of requests) {
    const { line, value } = await applyOne(client, request);
    results.push(value);
    if (printer.isText || printer.format === 'name') printer.text(line);
  }
  if (!printer.isText && printer.format !== 'name')
    printer.data(results.length === 1 ? results[0] : { kind: 'List', items: results });
}

function applyQuestion(plans: readonly ChangeView[]): string {
  const refused = plans.filter((change) => change.state === 'rejected').length;
  const follow = `${plans.length} change(s) to the network follow`;
  return refused === 0 ? `${follow}; go on?` : `${follow}, ${refused} refused as it is; go on?`;
}

async function applyOne(
  client: ApiClient,
  request: RequestDocument,
): Promise<{ line: string; value: unknown }> {
  if (request.type === 'change') {
    const { body } = request;
    const { change } = await client.write('POST', API_PATHS.changes, changeResultSchema, { body });
    return { line: `change/${change.id} ${change.state}`, value: change };
  }
  const { kind, metadata } = request.intent;
  const path = intentPath(kind, metadata.name);
  const before = await generationOf(client, path);
  const { intent } = await client.write('PUT', path, intentResultSchema, { body: request.intent });
  const { generation } = intent.metadata;
  const verb = before === null ? 'created' : before === generation ? 'unchanged' : 'configured';
  return { line: `${kind.toLowerCase()}/${metadata.name} ${verb}`, value: intent };
}

async function generationOf(client: ApiClient, path: string): Promise<number | null> {
  try {
    return (await client.get(path, intentViewSchema)).metadata.generation;
  } catch (error) {
    if (error instanceof CliError && error.code === 'not-found') return null;
    throw error;
  }
}

async function remove(
  session: Session,
  command: Command,
  type: string | undefined,
  name: string | undefined,
  options: FileOptions,
): Promise<void> {
  const client = session.client(command);
  const printer = session.printer(command);
  const wanted = intentsToDelete(session, type, name, options.filename);
  const query = { dryRun: options.dryRun ?? false };
  for (const intent of wanted) {
    const path = intentPath(intent.kind, intent.name);
    const answer = await client.write('DELETE', path, intentResultSchema, { query });
    if (options.dryRun && printer.isText && answer.plans.length > 0)
      printPlans(printer, answer.plans);
    const suffix = options.dryRun ? ' (dry run)' : '';
    printer.result(answer, () => `${intent.kind.toLowerCase()}/${intent.name} deleted${suffix}`);
  }
}

function intentsToDelete(
  session: Session,
  type: string | undefined,
  name: string | undefined,
  files: readonly string[],
): { readonly kind: string; readonly name: string }[] {
  if ((type === undefined) === (files.length === 0))
    throw new CliError({
      code: 'request-invalid',
      reason: 'say what to delete',
      hint: '`weir delete KIND NAME`, or `weir delete -f FILE`',
    });
  if (type === undefined)
    return readDocuments(files, session.io).map((document) => {
      const request = requestOf(document);
      if (request.type === 'intent')
        return { kind: request.intent.kind, name: request.intent.metadata.name };
      const reason = 'a change is not deleted but undone: `weir undo CHANGE`';
      throw new CliError({ code: 'request-invalid', reason, where: document.source });
    });
  const target = targetOf(type, name);
  if (target.resource === 'intents' && target.kind !== null && target.name !== '')
    return [{ kind: target.kind, name: target.name }];
  throw new CliError({
    code: 'request-invalid',
    reason: 'only intents are deleted, one by kind and name',
    hint: '`weir undo CHANGE` undoes a change',
  });
}
