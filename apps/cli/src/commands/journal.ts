import { open } from 'node:fs/promises';
import type { AnchorComparison } from '@weir/adapter-journal-anchor';
import { API_PATHS, journalVerificationSchema, type JournalRecordView } from '@weir/contracts';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import type { ApiClient } from '../api/client';
import { CliError } from '../cli-error';
import {
  anchorsOf,
  exportJournalDirectory,
  importJournalDirectory,
  readJournalDirectory,
  verifyJournalDirectory,
  type JournalReport,
} from '../offline/journal-directory';
import type { Printer } from '../output/printer';
import type { Session } from '../session';
import { journalList } from '../views/lists';
import { integerOption } from './option-values';
import { listRecords } from './resources';

interface JournalOptions {
  readonly dir?: string;
  readonly from: number;
  readonly limit: number;
  readonly anchor?: string;
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
      const records = await recordsOf(session, command, dir, from, limit);
      session.printer(command).list(journalList(), records);
    });
  journal
    .command('show')
    .description('show one record, whole')
    .argument('<sequence>', 'number of the record', integerOption)
    .option('--dir <directory>', DIRECTORY)
    .action(async (sequence: number, { dir }: JournalOptions, command: Command) => {
      const [record] = await recordsOf(session, command, dir, sequence, 1);
      if (record?.sequence !== sequence)
        throw new CliError({
          code: 'not-found',
          reason: record
            ? `record ${sequence} was compacted away; the first that is left is ${record.sequence}`
            : `there is no record ${sequence}`,
        });
      session.printer(command).result(record, () => stringify(record, { lineWidth: 0 }));
    });
  journal
    .command('verify')
    .description('check that no record was changed, removed or put in')
    .option('--dir <directory>', DIRECTORY)
    .option('--anchor <file>', 'compare with the heads that spec.journal.anchor.file kept')
    .addHelpText('after', '\nExit codes: 0 all of it holds, 1 something does not, or an error.')
    .action(async ({ dir, anchor }: JournalOptions, command: Command) => {
      const report =
        dir === undefined
          ? await verifyDaemon(session.client(command), anchor)
          : await verifyJournalDirectory(dir, anchor);
      printReport(session.printer(command), report);
      session.exitCode = isGood(report) ? 0 : 1;
    });
  addCopies(journal, session);
}

function addCopies(journal: Command, session: Session): void {
  journal
    .command('export')
    .description('write a journal directory as JSON lines, to keep or to move it')
    .requiredOption('--dir <directory>', 'journal directory, also beside a running daemon')
    .option('--out <file>', 'write here, readable by the owner only, instead of standard output')
    .action(async ({ dir, out }: { dir: string; out?: string }, command: Command) => {
      const { io } = session;
      if (out === undefined) {
        await exportJournalDirectory(dir, (line) => io.stdout(line));
        return;
      }
      const records = await exportToFile(dir, out);
      session.printer(command).remark(`${records} records written to ${out}`);
    });
  journal
    .command('import')
    .description('make a journal directory from an export, checking every line')
    .argument('<file>', 'what `weir journal export` wrote')
    .requiredOption('--dir <directory>', 'directory without a journal; made when missing')
    .action(async (file: string, { dir }: { dir: string }, command: Command) => {
      const imported = await importJournalDirectory(file, dir);
      const { records, firstSequence, head } = imported;
      session
        .printer(command)
        .result(imported, () =>
          [`records: ${records}`, `first: ${firstSequence}`, `head: ${head}`].join('\n'),
        );
    });
}

async function exportToFile(dir: string, out: string): Promise<number> {
  const file = await open(out, 'wx', 0o600).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'EEXIST' ? 'the file exists already' : `cannot be written: ${code}`;
    throw new CliError({ code: 'request-invalid', reason, where: out });
  });
  try {
    const records = await exportJournalDirectory(dir, async (line) => {
      await file.write(line);
    });
    await file.sync();
    return records;
  } finally {
    await file.close();
  }
}

const recordsOf = (
  session: Session,
  command: Command,
  dir: string | undefined,
  from: number,
  limit: number,
): Promise<readonly JournalRecordView[]> =>
  dir === undefined
    ? listRecords(session.client(command), from, limit)
    : readJournalDirectory(dir, from, limit);

/** Newest heads that a running daemon is asked about, one request each; the chain does the rest. */
const ANCHORS_ASKED = 20;

async function verifyDaemon(
  client: ApiClient,
  anchorFile: string | undefined,
): Promise<JournalReport> {
  const points = anchorFile === undefined ? null : await anchorsOf(anchorFile);
  const report = await client.get(API_PATHS.journalVerify, journalVerificationSchema);
  if (points === null || report.chain === 'broken') return report;
  let matching = 0;
  let tooOld = 0;
  for (const { sequence, hash } of points.slice(-ANCHORS_ASKED)) {
    if (sequence < (report.firstSequence ?? 1)) {
      tooOld++;
      continue;
    }
    const [record] = await listRecords(client, sequence, 1);
    if (record?.hash === hash) {
      matching++;
      continue;
    }
    const detail = record
      ? 'the record is not the one that was anchored'
      : `record ${sequence} was anchored, the journal ends at ${report.records}: it was cut, or an older copy was put back`;
    const differsAt = record ? sequence : report.records + 1;
    return { ...report, anchors: { matching, tooOld, differsAt, detail } };
  }
  const detail = `${matching} anchors match`;
  return { ...report, anchors: { matching, tooOld, differsAt: null, detail } };
}

const isGood = ({ chain, snapshots, anchors }: JournalReport): boolean =>
  chain === 'ok' &&
  (snapshots ?? []).every((one) => one.finding === null) &&
  (anchors?.differsAt ?? null) === null;

function printReport(printer: Printer, report: JournalReport): void {
  const { style } = printer;
  const { firstSequence = 1, snapshots = [], anchors } = report;
  printer.result(report, () =>
    [
      `chain: ${report.chain === 'ok' ? style.good('ok') : style.bad('broken')}`,
      `records: ${report.records}`,
      ...(firstSequence > 1
        ? [`first record: ${firstSequence}, older ones were compacted away`]
        : []),
      ...(report.brokenAt === null ? [] : [`broken at: ${report.brokenAt}`]),
      `head: ${report.head}`,
      ...snapshots.map(
        ({ sequence, finding }) =>
          `snapshot of ${sequence}: ${finding === null ? style.good('ok') : style.bad(finding)}`,
      ),
      ...(anchors === undefined ? [] : anchorLines(anchors, style)),
      ...(report.detail ? [report.detail] : []),
    ].join('\n'),
  );
}

function anchorLines(anchors: AnchorComparison, style: Printer['style']): readonly string[] {
  const { matching, tooOld, differsAt, detail } = anchors;
  const old = tooOld > 0 ? [`anchors too old to compare: ${tooOld}`] : [];
  if (differsAt === null) return [`anchors: ${style.good('ok')}, ${matching} match`, ...old];
  return [`anchors: ${style.bad(`differ at ${differsAt}`)}: ${detail}`, ...old];
}
