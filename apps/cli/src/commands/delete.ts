import { intentResultSchema } from '@weir/contracts';
import type { Command } from 'commander';
import { CliError } from '../cli-error';
import { readDocuments } from '../offline/documents';
import type { Session } from '../session';
import { collect } from './option-values';
import { requestOf } from './requests';
import { targetOf } from './resources';
import { intentPath, printPlans } from './write';

interface DeleteOptions {
  readonly filename: readonly string[];
  readonly dryRun?: boolean;
}

export function addDeleteCommand(program: Command, session: Session): void {
  program
    .command('delete [type] [name]')
    .description('delete intents, by name or by file')
    .option('-f, --filename <file>', 'YAML or JSON file, - for stdin', collect, [])
    .option('--dry-run', 'show the plans and delete nothing')
    .action(
      (
        type: string | undefined,
        name: string | undefined,
        options: DeleteOptions,
        command: Command,
      ) => remove(session, command, type, name, options),
    );
}

async function remove(
  session: Session,
  command: Command,
  type: string | undefined,
  name: string | undefined,
  options: DeleteOptions,
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
