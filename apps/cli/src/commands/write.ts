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
import { savable, savePlan } from './saved-plan';

interface PlanOptions {
  readonly filename: readonly string[];
  readonly out?: string;
}

interface ApplyOptions {
  readonly filename: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function addWriteCommands(program: Command, session: Session): void {
  program
    .command('plan')
    .description('show what an intent or a change of your own would do; nothing is written')
    .requiredOption('-f, --filename <file>', 'YAML or JSON file, - for stdin', collect)
    .option('--out <file>', 'save the plan of one change (kind: SavedPlan), for `weir apply`')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing to change, 1 error or a plan that would be refused, 2 changes.',
    )
    .action((options: PlanOptions, command: Command) => plan(session, command, options));
  program
    .command('apply [files...]')
    .description('create or change intents, make a change of your own, or apply a saved plan')
    .option('-f, --filename <file>', 'YAML or JSON file, - for stdin', collect, [])
    .option('--dry-run', 'show the plans and write nothing')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      '\nA saved plan was read before: it is applied without asking, exactly as it is, or refused.' +
        '\nExit codes: 0 done, 1 error, or a change was refused.',
    )
    .action((files: readonly string[], options: ApplyOptions, command: Command) =>
      apply(session, command, { ...options, filename: [...files, ...options.filename] }),
    );
}

async function plan(session: Session, command: Command, options: PlanOptions): Promise<void> {
  const client = session.client(command);
  const printer = session.printer(command);
  const requests = readDocuments(options.filename, session.io).map(requestOf);
  const saved = options.out === undefined ? null : savable(requests);
  const plans: ChangeView[] = [];
  for (const request of requests) plans.push(...(await dryRun(client, request)));
  printPlans(printer, plans);
  const refused = plans.some((change) => change.state === 'rejected');
  session.exitCode = refused ? 1 : plans.length > 0 ? 2 : 0;
  const [change] = plans;
  if (options.out === undefined || saved === null || change === undefined) return;
  savePlan(options.out, saved, change);
  printer.remark(`saved; \`weir apply ${options.out}\` applies exactly this plan`);
}

export const intentPath = (kind: string, name: string): string => apiPath('intent', { kind, name });

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

export function printPlans(printer: Printer, plans: readonly ChangeView[]): void {
  if (!printer.isText) return printer.data({ formatVersion: 1, plans });
  if (plans.length === 0) printer.remark('nothing to change');
  printer.text(plans.map((change) => plainPlan(printer, change)).join('\n'));
}

const plainPlan = (printer: Printer, change: ChangeView): string =>
  `${changeHead(change, printer.style)}\n${planText(change.plan, printer.style)}\n`;

async function apply(session: Session, command: Command, options: ApplyOptions): Promise<void> {
  if (options.filename.length === 0)
    throw new CliError({
      code: 'request-invalid',
      reason: 'say what to apply',
      hint: '`weir apply -f FILE`, or `weir apply PLAN.json` for a saved plan',
    });
  const client = session.client(command);
  const printer = session.printer(command);
  const requests = readDocuments(options.filename, session.io).map(requestOf);
  const plans: ChangeView[] = [];
  const unread: ChangeView[] = [];
  for (const request of requests) {
    const found = await dryRun(client, request);
    plans.push(...found);
    if (!wasReviewed(request)) unread.push(...found);
  }
  if (options.dryRun) return printPlans(printer, plans);
  if (unread.length > 0 && !options.yes) {
    for (const change of unread) printer.remark(plainPlan(printer, change));
    if (!(await session.confirm(applyQuestion(unread), false))) return;
  }
  const results: unknown[] = [];
  for (const request of requests) {
    const { line, value, refused } = await applyOne(client, request);
    results.push(value);
    if (refused) session.exitCode = 1;
    if (printer.isText || printer.format === 'name') printer.text(line);
  }
  if (!printer.isText && printer.format !== 'name')
    printer.data(results.length === 1 ? results[0] : { kind: 'List', items: results });
}

/** A plan that is named by its hash was read by whoever named it. */
const wasReviewed = (request: RequestDocument): boolean =>
  request.type === 'change' && request.body.planHash !== null;

function applyQuestion(plans: readonly ChangeView[]): string {
  const refused = plans.filter((change) => change.state === 'rejected').length;
  const follow = `${plans.length} change(s) to the network follow`;
  return refused === 0 ? `${follow}; go on?` : `${follow}, ${refused} refused as it is; go on?`;
}

async function applyOne(
  client: ApiClient,
  request: RequestDocument,
): Promise<{ readonly line: string; readonly value: unknown; readonly refused: boolean }> {
  if (request.type === 'change') {
    const { body } = request;
    const { change } = await client.write('POST', API_PATHS.changes, changeResultSchema, { body });
    const refused = change.state === 'rejected';
    const line = `change/${change.id} ${change.state}${refused ? `: ${change.reason}` : ''}`;
    return { line, value: change, refused };
  }
  const { kind, metadata } = request.intent;
  const path = intentPath(kind, metadata.name);
  const before = await generationOf(client, path);
  const { intent } = await client.write('PUT', path, intentResultSchema, { body: request.intent });
  const { generation } = intent.metadata;
  const verb = before === null ? 'created' : before === generation ? 'unchanged' : 'configured';
  return { line: `${kind.toLowerCase()}/${metadata.name} ${verb}`, value: intent, refused: false };
}

async function generationOf(client: ApiClient, path: string): Promise<number | null> {
  try {
    return (await client.get(path, intentViewSchema)).metadata.generation;
  } catch (error) {
    if (error instanceof CliError && error.code === 'not-found') return null;
    throw error;
  }
}
