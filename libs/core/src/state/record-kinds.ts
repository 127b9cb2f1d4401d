import { refuse, ok, type Result } from '../base';
import type { JournalRecord, RecordKind } from '../model';

/** Every kind that this version folds; the type check keeps it complete. */
const KINDS: Readonly<Record<RecordKind, true>> = {
  'daemon-started': true,
  'policy-loaded': true,
  'topology-loaded': true,
  'intent-put': true,
  'intent-deleted': true,
  'incident-opened': true,
  'incident-diagnosed': true,
  'incident-closed': true,
  'change-proposed': true,
  'change-transition': true,
  'device-prepared': true,
  'device-operation': true,
  'device-outcome': true,
  'lease-renewed': true,
  verdict: true,
  'switchback-judged': true,
  approval: true,
  frozen: true,
  unfrozen: true,
  'mode-set': true,
  'device-fenced': true,
  'device-unfenced': true,
  'snapshot-taken': true,
  'change-adopted': true,
  'stage-proved': true,
  'clock-stepped': true,
  'rule-escalated': true,
  'rule-released': true,
  'shadow-decided': true,
  'shadow-scored': true,
  'decision-taken': true,
  'learning-reset': true,
  'learning-imported': true,
};

export const isKnownKind = (kind: string): kind is RecordKind => Object.hasOwn(KINDS, kind);

/**
 * Refuses a record that a newer version wrote: folding past it would forget what it said. Run
 * before the record is folded by whoever reads a journal that it has not written itself.
 */
export function checkRecordKind(record: Pick<JournalRecord, 'sequence' | 'body'>): Result<null> {
  const kind: unknown = (record.body as { kind?: unknown } | null)?.kind;
  if (typeof kind === 'string' && isKnownKind(kind)) return ok(null);
  return refuse(
    'journal-too-new',
    `record ${record.sequence}`,
    `is of kind ${JSON.stringify(kind)}, which this version does not know; ` +
      'start the version that wrote it, or a newer one',
  );
}
