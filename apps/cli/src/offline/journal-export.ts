import type { ChainHead, ChainPoint, Journal, JournalSnapshot } from '@weir/core/ports';
import type { JournalRecord } from '@weir/core/model';
import { EMPTY_CHAIN } from '@weir/core/ports';

/** Raised when a reader of the version before would misread an export. */
export const EXPORT_FORMAT_VERSION = 1;

/**
 * One line of JSON of an exported journal: a header, the checkpoints, the records in order, the
 * snapshots oldest first, and an end that tells a whole file from one that was cut.
 */
export type ExportLine =
  | { readonly format: 'weir-journal'; readonly formatVersion: number; readonly base: ChainHead }
  | { readonly checkpoint: ChainPoint }
  | { readonly record: JournalRecord }
  | { readonly snapshot: JournalSnapshot }
  | { readonly end: { readonly sequence: number; readonly hash: string } };

/** The lines of a journal as of the call. */
export async function* exportLines(journal: Journal): AsyncGenerator<ExportLine, void> {
  const { snapshots } = journal;
  const base = (await snapshots?.base()) ?? EMPTY_CHAIN;
  yield { format: 'weir-journal', formatVersion: EXPORT_FORMAT_VERSION, base };
  for (const { sequence, hash } of (await snapshots?.checkpoints()) ?? [])
    yield { checkpoint: { sequence, hash } };
  let end: ChainPoint = base;
  const kept = [...((await snapshots?.list()) ?? [])].reverse();
  for await (const record of journal.read(base.sequence + 1)) {
    yield { record };
    end = record;
  }
  for (const snapshot of kept) yield { snapshot };
  yield { end: { sequence: end.sequence, hash: end.hash } };
}
