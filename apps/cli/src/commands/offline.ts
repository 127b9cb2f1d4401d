import {
  compilePolicy,
  defaultPolicyText,
  runExamples,
  type ExampleOutcome,
} from '@weir/adapter-policy-cel';
import { API_PATHS, policyViewSchema } from '@weir/contracts';
import type { Command } from 'commander';
import { CliError } from '../cli-error';
import { checkFile, type FileReport } from '../offline/check-file';
import { readText } from '../offline/documents';
import type { Style } from '../output/style';
import type { Session } from '../session';
import { policyText } from '../views/describe-text';

export function addOfflineCommands(program: Command, session: Session): void {
  addPolicyCommands(program, session);
  program
    .command('config')
    .description('configuration files')
    .command('check <file>')
    .description('check a configuration and the files that it names, or one of these alone')
    .addHelpText('after', '\nWorks without a daemon. Exit codes: 0 no mistake, 1 mistakes.')
    .action((file: string, _: unknown, command: Command) => {
      const printer = session.printer(command);
      const reports = checkFile(file, session.io);
      printer.result({ reports }, () => reportText(reports, printer.style));
      session.exitCode = reports.some((report) => report.issues.length > 0) ? 1 : 0;
    });
}

function addPolicyCommands(program: Command, session: Session): void {
  const policy = program
    .command('policy')
    .description('policies: rules, limits and their examples');
  policy
    .command('test <file>')
    .description('compile a policy and run the examples in it')
    .addHelpText('after', '\nWorks without a daemon. Exit codes: 0 all pass, 1 not.')
    .action((file: string, _: unknown, command: Command) => {
      const printer = session.printer(command);
      const compiled = compilePolicy(readText(file, session.io));
      if (!compiled.ok) {
        const { code, reason, where } = compiled.error;
        throw new CliError({ code, reason, where: `${file}: ${where}` });
      }
      const outcomes = runExamples(compiled.value);
      const failed = outcomes.filter((outcome) => !outcome.passed).length;
      const { name, hash } = compiled.value;
      const value = { policy: name, hash, passed: outcomes.length - failed, failed, outcomes };
      printer.result(value, () => outcomesText(outcomes, printer.style));
      if (outcomes.length === 0) printer.remark(`${file} has no examples; the policy compiles`);
      session.exitCode = failed > 0 ? 1 : 0;
    });
  policy
    .command('show')
    .description('show the policy of the daemon')
    .option('--source', 'its text, as it was loaded')
    .option('--default', 'the text of the policy that is built in; works without a daemon')
    .action(async (options: { source?: boolean; default?: boolean }, command: Command) => {
      const printer = session.printer(command);
      if (options.default) return printer.text(defaultPolicyText);
      const view = await session.client(command).get(API_PATHS.policy, policyViewSchema);
      if (options.source) return printer.text(view.text);
      printer.result(view, () => policyText(view, printer.style));
    });
}

function outcomesText(outcomes: readonly ExampleOutcome[], style: Style): string {
  const lines = outcomes.flatMap((outcome) => {
    if (outcome.passed) return [`${style.good('ok')}     ${outcome.name}`];
    return [
      `${style.bad('FAILED')} ${outcome.name} (${outcome.where})`,
      `       expected ${outcome.expected ?? 'no rule'}, got ${outcome.actual ?? 'no rule'}`,
      ...outcome.conditions.map(({ rule, when, result }) => `       ${rule}: ${result} <- ${when}`),
    ];
  });
  const passed = outcomes.filter((outcome) => outcome.passed).length;
  return [...lines, `${passed} passed, ${outcomes.length - passed} failed`].join('\n');
}

function reportText(reports: readonly FileReport[], style: Style): string {
  return reports
    .flatMap(({ file, kind, issues }) => [
      `${issues.length === 0 ? style.good('ok') : style.bad('FAILED')} ${file} (${kind})`,
      ...issues.map((issue) => `  ${issue.path}: ${issue.message}`),
    ])
    .join('\n');
}
