import { API_PATHS, eventSchema, type EventEnvelope } from '@weir/contracts';
import type { Command } from 'commander';
import { readEvents } from '../api/event-parser';
import { CliError } from '../cli-error';
import type { Printer } from '../output/printer';
import type { Session } from '../session';
import { time } from '../output/units';
import { recordSubject } from '../views/lists';
import { collect, integerOption } from './option-values';

interface WatchOptions {
  readonly kind: readonly string[];
  readonly from?: number;
  readonly count?: number;
}

/** First wait before connecting again, ms; doubled up to the longest. */
const RECONNECT_MS = { first: 500, longest: 15_000 };

export function addWatchCommand(program: Command, session: Session): void {
  program
    .command('watch')
    .description('follow what happens: every record of the journal as it is written')
    .option('--kind <kind>', 'only records of this kind; may be repeated', collect, [])
    .option('--from <sequence>', 'start at this record instead of now', integerOption)
    .option('--count <count>', 'end after so many records', integerOption)
    .action((options: WatchOptions, command: Command) => watch(session, command, options));
}

/** Follows until it is interrupted or has shown enough; a lost connection is taken up again. */
async function watch(session: Session, command: Command, options: WatchOptions): Promise<void> {
  const client = session.client(command);
  const printer = session.printer(command);
  const { signal } = session.io;
  let after = options.from === undefined ? null : options.from - 1;
  let left = options.count ?? Infinity;
  let connected = false;
  let waitMs = RECONNECT_MS.first;
  while (!signal.aborted) {
    try {
      const stream = await client.events(API_PATHS.events, after);
      connected = true;
      for await (const event of readEvents(stream)) {
        waitMs = RECONNECT_MS.first;
        const record = parseRecord(event.data);
        after = record.sequence;
        if (options.kind.length > 0 && !options.kind.includes(record.body.kind)) continue;
        printRecord(printer, record);
        left -= 1;
        if (left <= 0) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      // What the daemon refuses it will refuse again; only a lost connection is worth waiting for.
      if (!connected || (error instanceof CliError && error.code !== 'engine-unavailable'))
        throw error;
    }
    printer.remark(`connection lost; trying again in ${waitMs} ms`);
    await pause(waitMs, signal);
    waitMs = Math.min(waitMs * 2, RECONNECT_MS.longest);
  }
}

function parseRecord(data: string): EventEnvelope {
  const parsed = eventSchema.safeParse(safeJson(data));
  if (parsed.success) return parsed.data;
  throw new CliError({
    code: 'request-invalid',
    reason: 'the daemon sent an event that is no record',
  });
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON: refused by the schema with one message for all such events.
    return undefined;
  }
}

function printRecord(printer: Printer, record: EventEnvelope): void {
  if (printer.format === 'json') return printer.text(`${JSON.stringify(record)}\n`);
  if (printer.format === 'yaml') {
    printer.text('---\n');
    return printer.data(record);
  }
  if (printer.format === 'name') return printer.text(`record/${record.sequence}\n`);
  const about = recordSubject(record);
  printer.text(`${time(record.atMs)}  ${record.sequence}  ${record.body.kind}  ${about}`.trimEnd());
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
