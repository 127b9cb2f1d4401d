import {
  API_PATHS,
  apiPath,
  changeResultSchema,
  changeViewSchema,
  doneResultSchema,
  MODE_NAMES,
  modeScopeSchema,
  modesViewSchema,
  type ChangeView,
} from '@weir/contracts';
import { Argument, type Command } from 'commander';
import { CliError } from '../cli-error';
import type { Printer } from '../output/printer';
import { table } from '../output/table';
import type { Session } from '../session';
import { changeHead, planText } from '../views/plan-text';
import { changeIdOf } from './resources';

interface JudgeOptions {
  readonly hash?: string;
  readonly reason?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export function addControlCommands(program: Command, session: Session): void {
  addApprovals(program, session);
  addUndo(program, session);
  addFreeze(program, session);
  addModes(program, session);
  program
    .command('release <rule> [objective]')
    .description('let an escalated rule act again, on one objective or on all of them')
    .action(async (rule: string, objective: string | undefined, _: unknown, command: Command) => {
      const path = apiPath('ruleRelease', { name: rule });
      const body = { objectiveId: objective ?? null };
      await session.client(command).write('POST', path, doneResultSchema, { body });
      session
        .printer(command)
        .result({ rule, objectiveId: objective ?? null }, () => `rule/${rule} released`);
    });
  program
    .command('unfence <device>')
    .description('let changes touch a device again after a person has looked at it')
    .action(async (name: string, _: unknown, command: Command) => {
      const path = apiPath('deviceUnfence', { name });
      await session.client(command).write('POST', path, doneResultSchema);
      session
        .printer(command)
        .result({ device: name, fenced: false }, () => `device/${name} unfenced`);
    });
}

function addApprovals(program: Command, session: Session): void {
  program
    .command('approve <change>')
    .description('let a change that awaits approval go ahead, exactly as planned')
    .option('--hash <hash>', 'approve only the plan with this hash (or its beginning, 8 or more)')
    .option('--reason <text>', 'kept in the journal')
    .option('-y, --yes', 'do not ask')
    .action(async (named: string, options: JudgeOptions, command: Command) => {
      const id = changeIdOf(named);
      const client = session.client(command);
      const printer = session.printer(command);
      const change = await client.get(apiPath('change', { id }), changeViewSchema);
      checkHash(change, options.hash);
      if (options.hash === undefined && !options.yes) printPlan(printer, change);
      const sure = options.yes === true || options.hash !== undefined;
      if (!(await session.confirm(`approve ${id}?`, sure))) return;
      // The hash binds the approval to the plan that was shown: another one is refused.
      const body = { planHash: change.plan.hash, reason: options.reason ?? '' };
      const path = apiPath('changeApprove', { id });
      const answer = await client.write('POST', path, changeResultSchema, { body });
      printChange(printer, answer.change);
    });
  program
    .command('reject <change>')
    .description('refuse a change that awaits approval')
    .requiredOption('--reason <text>', 'kept in the journal')
    .action(async (named: string, options: JudgeOptions, command: Command) => {
      const id = changeIdOf(named);
      const body = { reason: options.reason };
      const path = apiPath('changeReject', { id });
      const answer = await session
        .client(command)
        .write('POST', path, changeResultSchema, { body });
      printChange(session.printer(command), answer.change);
    });
}

function addUndo(program: Command, session: Session): void {
  program
    .command('undo <change>')
    .description('stop a change that is under way, or apply the exact inverse of a kept one')
    .option('--dry-run', 'show the plan and write nothing')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExit codes of --dry-run: 0 nothing to change, 1 error, 2 changes.')
    .action(async (named: string, options: JudgeOptions, command: Command) => {
      const id = changeIdOf(named);
      const client = session.client(command);
      const printer = session.printer(command);
      const path = apiPath('changeUndo', { id });
      if (options.dryRun || !options.yes) {
        const query = { dryRun: true };
        const { change } = await client.write('POST', path, changeResultSchema, { query });
        if (options.dryRun) {
          printer.result(change, () => plan(printer, change));
          session.exitCode = 2;
          return;
        }
        printPlan(printer, change);
      }
      if (!(await session.confirm(`undo ${id}?`, options.yes ?? false))) return;
      printChange(printer, (await client.write('POST', path, changeResultSchema)).change);
    });
}

function addFreeze(program: Command, session: Session): void {
  program
    .command('freeze')
    .description('stop all new changes, at once and for everybody')
    .requiredOption('--reason <text>', 'shown to everybody and kept in the journal')
    .action(async ({ reason }: { readonly reason: string }, command: Command) => {
      const client = session.client(command);
      await client.write('POST', API_PATHS.freeze, doneResultSchema, { body: { reason } });
      session.printer(command).result({ frozen: true, reason }, () => 'frozen');
    });
  program
    .command('unfreeze')
    .description('lift the freeze')
    .action(async (_: unknown, command: Command) => {
      await session.client(command).write('POST', API_PATHS.unfreeze, doneResultSchema);
      session.printer(command).result({ frozen: false }, () => 'not frozen');
    });
}

function addModes(program: Command, session: Session): void {
  const mode = program.command('mode').description('autonomy of rules and device groups');
  mode
    .command('list')
    .description('show the modes in force')
    .action(async (_: unknown, command: Command) => {
      const modes = await session.client(command).get(API_PATHS.modes, modesViewSchema);
      const rows = [
        ...Object.entries(modes.rules).map(([name, value]) => ['rule', name, value] as const),
        ...Object.entries(modes.groups).map(([name, value]) => ['group', name, value] as const),
      ];
      const columns = ['scope', 'name', 'mode'].map((title, i) => ({
        title,
        text: (row: readonly string[]) => row[i] ?? '',
      }));
      session.printer(command).result(modes, () => table(columns, rows, false));
    });
  mode
    .command('set')
    .description('set the mode of a rule or of a device group')
    .addArgument(new Argument('<scope>', 'what the name is of').choices(modeScopeSchema.options))
    .argument('<name>', 'name of the rule or group')
    .addArgument(new Argument('<mode>', 'the new mode').choices(MODE_NAMES))
    .action(async (scope: string, name: string, value: string, _: unknown, command: Command) => {
      const path = apiPath('mode', { scope, name });
      const body = { mode: value };
      await session.client(command).write('PUT', path, doneResultSchema, { body });
      session
        .printer(command)
        .result({ scope, name, mode: value }, () => `${scope}/${name} ${value}`);
    });
}

function checkHash(change: ChangeView, hash: string | undefined): void {
  if (hash === undefined || (hash.length >= 8 && change.plan.hash.startsWith(hash))) return;
  throw new CliError({
    code: 'plan-hash-mismatch',
    reason: `the plan of ${change.id} is ${change.plan.hash}, not ${hash}`,
    where: '--hash',
    hint: `read it again: \`weir describe change ${change.id}\``,
  });
}

const plan = (printer: Printer, change: ChangeView): string =>
  `${changeHead(change, printer.style)}\n${planText(change.plan, printer.style)}\n`;
const printPlan = (printer: Printer, change: ChangeView): void =>
  printer.remark(plan(printer, change));
const printChange = (printer: Printer, change: ChangeView): void =>
  printer.result(change, () => `change/${change.id} ${change.state}`);
