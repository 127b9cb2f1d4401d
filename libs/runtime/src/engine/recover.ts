import { GENESIS_HASH, JournalCorrupt, JournalTooNew } from '@weir/core/ports';
import type { ChainPoint, Journal, JournalSnapshot } from '@weir/core/ports';
import {
  applyRecord,
  checkRecordKind,
  emptyDurableState,
  restoreSnapshot,
  type DurableState,
} from '@weir/core/state';
import type { JournalRecord } from '@weir/core/model';
import type { LogSink } from './types';

export interface Recovered {
  readonly durable: DurableState;
  /** The last record of the journal. */
  readonly head: ChainPoint;
  /** Sequence of the snapshot that was begun with; 0 when every record was folded. */
  readonly snapshotSequence: number;
  readonly snapshotAtMs: number | null;
}

/** SHA-256 in hex. */
type Digest = (text: string) => string;

/**
 * Durable state as of the end of the journal: the newest snapshot that the chain vouches for and
 * the records behind it, or all records. Rejects with JournalCorrupt when neither is left, and with
 * JournalTooNew when a newer version wrote here.
 */
export async function recoverState(
  journal: Journal,
  digest: Digest,
  log: Pick<LogSink, 'warn'>,
): Promise<Recovered> {
  const snapshots = (await journal.snapshots?.list()) ?? [];
  for (const snapshot of snapshots) {
    const recovered = await fromSnapshot(journal, snapshot, digest);
    if (typeof recovered !== 'string') return recovered;
    const { sequence } = snapshot;
    log.warn('snapshot is not used, an older one or the records are', {
      sequence,
      reason: recovered,
    });
  }
  const base = await journal.snapshots?.base();
  if (base && base.sequence > 0)
    throw new JournalCorrupt(
      base.sequence,
      `journal: records up to ${base.sequence} were compacted away and none of the ` +
        `${snapshots.length} snapshots can be used; put a backup of the journal's directory back, ` +
        'or import an export of it',
    );
  const fold = new Fold(emptyDurableState, { sequence: 0, hash: GENESIS_HASH });
  for await (const record of journal.read(1)) fold.add(record);
  return { durable: fold.durable, head: fold.head, snapshotSequence: 0, snapshotAtMs: null };
}

/** What was recovered, or why the snapshot cannot be used. */
async function fromSnapshot(
  journal: Journal,
  snapshot: JournalSnapshot,
  digest: Digest,
): Promise<Recovered | string> {
  const { sequence, hash, text, atMs } = snapshot;
  const restored = restoreSnapshot(text);
  if (!restored.ok) {
    const { code, where, reason } = restored.error;
    if (code === 'journal-too-new') throw new JournalTooNew(`journal: snapshot: ${reason}`);
    return `${where}: ${reason}`;
  }
  const { state } = restored.value;
  if (state.lastSequence !== sequence || restored.value.hash !== hash)
    return 'it says that it is of another record';
  const fold = new Fold(state, { sequence, hash });
  let vouched: string | null = null;
  for await (const record of journal.read(sequence + 1)) {
    if (record.sequence !== fold.head.sequence + 1)
      return `record ${sequence + 1}, the first behind it, is not there`;
    const { body } = record;
    if (body.kind === 'snapshot-taken' && body.sequence === sequence && body.hash === hash)
      vouched = body.digest;
    fold.add(record);
  }
  if (vouched === null) return 'no record of the chain vouches for it';
  if (vouched !== digest(text)) return 'it was changed or damaged since it was taken';
  const { durable, head } = fold;
  return { durable, head, snapshotSequence: sequence, snapshotAtMs: atMs };
}

class Fold {
  constructor(
    public durable: DurableState,
    public head: ChainPoint,
  ) {}

  add(record: JournalRecord): void {
    this.durable = foldChecked(this.durable, record);
    this.head = { sequence: record.sequence, hash: record.hash };
  }
}

/** One record of a journal that another process wrote. Throws JournalTooNew on an unknown kind. */
export function foldChecked(durable: DurableState, record: JournalRecord): DurableState {
  const known = checkRecordKind(record);
  if (!known.ok) throw new JournalTooNew(`journal: ${known.error.where} ${known.error.reason}`);
  return applyRecord(durable, record);
}
