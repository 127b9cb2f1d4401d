import type { JournalRecordView } from '@weir/contracts';
import type { Facts, Policy, RecordBody } from '@weir/core/model';
import type { Io } from '../io';
import { readJournalDirectory } from '../offline/journal-directory';
import { policyOf } from './program';

/** A recorded decision of a rule, and the rule whose condition another policy would find first. */
export interface JournalDecision {
  readonly sequence: number;
  readonly atMs: number;
  readonly change: string;
  readonly objective: string;
  readonly recorded: string;
  /** Null: no condition holds; undefined facts are unknown and make none hold. */
  readonly policy: string | null;
  readonly differs: boolean;
}

export interface JournalComparison {
  readonly directory: string;
  readonly policy: string;
  readonly decisions: readonly JournalDecision[];
}

/**
 * What the journal alone can say about another policy: for each decision of a rule, the facts of
 * the diagnosis that it rests on are held against the conditions of the other policy. Not whether
 * it would have gained enough, been allowed, or been needed earlier: that takes telemetry.
 */
export async function compareJournal(
  directory: string,
  policyFile: string,
  period: { readonly fromMs: number; readonly toMs: number },
  io: Io,
): Promise<JournalComparison> {
  const policy = policyOf(policyFile, io);
  const records = await readJournalDirectory(directory, 1, Infinity);
  const facts = new Map<string, Facts>();
  const decisions: JournalDecision[] = [];
  for (const record of records) {
    const body = bodyOf(record);
    if (body.kind === 'incident-diagnosed') facts.set(body.id, withUnknown(body.diagnosis.facts));
    if (body.kind !== 'change-proposed' || body.change.origin !== 'rule') continue;
    if (record.atMs < period.fromMs || record.atMs > period.toMs) continue;
    const { id, incident, objectiveId, rule } = body.change;
    const known = incident === null ? undefined : facts.get(incident);
    if (known === undefined || rule === null) continue;
    const other = firstRule(policy, known);
    decisions.push({
      sequence: record.sequence,
      atMs: record.atMs,
      change: id,
      objective: objectiveId ?? '',
      recorded: rule,
      policy: other,
      differs: other !== rule,
    });
  }
  return { directory, policy: `${policy.name} (${policy.hash.slice(0, 12)})`, decisions };
}

const bodyOf = (record: JournalRecordView): RecordBody => record.body as unknown as RecordBody;

const firstRule = (policy: Policy, facts: Facts): string | null =>
  policy.rules.find((rule) => rule.mode !== 'off' && rule.enter(facts))?.name ?? null;

/** JSON has no NaN: null is an unknown fact. */
function withUnknown(facts: unknown): Facts {
  const text = JSON.stringify(facts);
  return JSON.parse(text, (_, value: unknown) => (value === null ? NaN : value)) as Facts;
}
