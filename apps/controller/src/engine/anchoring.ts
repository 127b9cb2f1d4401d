import {
  AnchoredJournal,
  compareAnchors,
  FileSink,
  readAnchorFile,
  WebhookSink,
  type AnchorSink,
} from '@weir/adapter-journal-anchor';
import type { ControllerConfigSpec } from '@weir/contracts';
import { JournalCorrupt, type Journal, type Metrics, type Timers } from '@weir/core/ports';
import type { LogPort } from '@weir/nest';
import type { Secrets } from '../boot/secrets';

type AnchorSettings = NonNullable<ControllerConfigSpec['journal']['anchor']>;

export interface AnchoringParts {
  readonly settings: AnchorSettings;
  readonly secrets: Secrets['anchor'];
  readonly timers: Timers;
  readonly metrics: Metrics;
  readonly log: LogPort;
}

/**
 * The journal with its head kept elsewhere. Rejects with JournalCorrupt when it is not the journal
 * whose head the file has: cut, edited, or an older copy of it.
 */
export async function anchored(journal: Journal, parts: AnchoringParts): Promise<AnchoredJournal> {
  const { settings, secrets, timers, metrics, log } = parts;
  const { file, webhook, everyRecords, everyMs } = settings;
  if (file !== undefined) await checkAnchors(journal, file);
  const sinks: AnchorSink[] = [];
  if (file !== undefined) sinks.push(new FileSink(file));
  if (webhook !== undefined) {
    const { url, timeoutMs } = webhook;
    sinks.push(new WebhookSink({ url, timeoutMs, ...secrets }));
  }
  return new AnchoredJournal(journal, { sinks, everyRecords, everyMs, timers, metrics, log });
}

/** The newest head is enough: the chain was verified, so all before it is the same too. */
async function checkAnchors(journal: Journal, file: string): Promise<void> {
  const read = await readAnchorFile(file);
  if (!read.ok)
    throw new JournalCorrupt(0, `journal: anchor file ${read.error.where} ${read.error.reason}`);
  const newest = read.value.points.reduce<{ sequence: number; hash: string } | null>(
    (best, point) => (best === null || point.sequence >= best.sequence ? point : best),
    null,
  );
  if (newest === null) return;
  const { differsAt, detail } = await compareAnchors(journal, [newest]);
  if (differsAt === null) return;
  throw new JournalCorrupt(
    differsAt,
    `journal: it is not the one anchored in ${file}: ${detail}; put the newest backup back, or, to ` +
      'accept the loss, move the anchor file away and keep it',
  );
}
