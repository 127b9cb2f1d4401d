import {
  API_PATHS,
  journalVerificationSchema,
  type JournalVerificationView,
} from '@weir/contracts';
import type { Command } from 'commander';
import type { Printer } from '../output/printer';
import type { Session } from '../session';
import { readJournalDirectory, verifyJournalDirectory } from '../offline/journal-directory';
import { journalList } from '../views/lists';
import { integerOption } from './option-values';
import { listRecords } from './resources';

interface JournalOptions {
  readonly dir?: string;
  readonly from: number;
  readonly limit: number;
}

const DIRECTORY = 'read this journal directory instead of asking the daemon';

export function addJournalCommands(program: Command, session: Session): void {
  const journal = program.command('journal').description('the record of everything that was done');
  journal
    .command('list')
    .description('show records in order')
    .option('--from <sequence>', 'first record', integerOption, 1)
    .option('--limit <count>', 'how many records at most', integerOption, 100)
    .option('--dir <directory>', DIRECTORY)
    .action(async ({ dir, from, limit }: JournalOptions, command: Command) => {
      const records =
        dir === undefined
          ? await listRecords(session.client(command), from, limit)
          : await readJournalDirectory(dir, from, limit);
      session.printer(command).list(journalList(), records);
    });
  journal
    .command('verify')
    .description('check that no record was changed, removed or put in')
    .option('--dir <directory>', DIRECTORY)
    .addHelpText('after', '\nExit codes: 0 the chain holds, 1 it is broken, or an error.')
    .action(async ({ dir }: JournalOptions, command: Command) => {
      const report =
        dir === undefined
          ? await session.client(command).get(API_PATHS.journalVerify, journalVerificationSchema)
          : await verifyJournalDirectory(dir);
      printReport(session.printer(command), report);
      session.exitCode = report.chain === 'ok' ? 0 : 1;
    });
}

function printReport(printer: Printer, report: JournalVerificationView): void {
  const { style } = printer;
  printer.result(report, () =>
    [
      `chain: ${report.chain === 'ok' ? style.good('ok') : style.bad('broken')}`,
      `records: ${report.records}`,
      ...(report.brokenAt === null ? [] : [`broken at: ${report.brokenAt}`]),
      `head: ${report.head}`,
      ...(report.detail ? [report.detail] : []),
    ].join('\n'),
  );
}
