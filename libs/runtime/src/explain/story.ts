import { isTerminal } from '@weir/core/change';
import type {
  Change,
  Decision,
  Experience,
  Incident,
  JournalRecord,
  RecordBody,
  Shadow,
} from '@weir/core/model';
import type { Journal } from '@weir/core/ports';
import { applyRecord, emptyDurableState, learningKey } from '@weir/core/state';
import type { ReadModel } from '../read-model';

/** What is known of a change or an incident. */
export interface Story {
  readonly subject: 'change' | 'incident';
  readonly change: Change | null;
  readonly incident: Incident | null;
  /** Own records and those of the incident, in order; older ones may have been compacted away. */
  readonly records: readonly JournalRecord[];
  /** Whether the record with which the subject begins is among them. */
  readonly fromTheStart: boolean;
  /** Whether there were more records than are read for one story. */
  readonly cut: boolean;
  /** Other changes on the incident, the change that is undone, and those that undo this one. */
  readonly others: readonly Change[];
  readonly shadows: readonly Shadow[];
  /** The decision that the change came of, or the last one on the incident; null in old journals. */
  readonly decision: Decision | null;
  /** What is known by now of what the change taught. */
  readonly experience: Experience | undefined;
}

type Source = Pick<Journal, 'read' | 'lastSequence'>;

/** Lets others work: the engine may share the thread with whoever reads a long journal. */
type Pause = () => Promise<void>;
/** Records that are read at a stretch. */
const STRETCH = 200;

const MAX_RECORDS = 5_000;
/** Times in records and times in the fold may be apart by a step of the clock. */
const MARGIN_MS = 60_000;

/**
 * The story of `id` (`chg-7`, `inc-3`); null when there never was such a one, or nothing is left of
 * it. What the fold still holds is looked up by its time; what it has dropped is searched for in
 * the whole journal.
 */
export async function readStory(
  source: Source,
  model: ReadModel,
  id: string,
  pause: Pause,
): Promise<Story | null> {
  const journal = unhurried(source, pause);
  const [, word, digits] = /^(chg|inc)-([1-9]\d{0,14})$/.exec(id) ?? [];
  if (word === undefined) return null;
  const subject = word === 'chg' ? 'change' : 'incident';
  const count = subject === 'change' ? model.changeCount : model.incidentCount;
  if (Number(digits) > count) return null;
  const known = subject === 'change' ? model.change(id) : model.incident(id);
  const begin = known ?? (await beginOf(journal, id));
  if (begin === null) return null;

  const change = 'action' in begin ? begin : null;
  const incidentId = change === null ? id : (change.incident ?? '');
  const foldedIncident = model.incident(incidentId) ?? null;
  const sinceMs = 'action' in begin ? begin.createdMs : begin.observedMs;
  const wanted = { change: change?.id ?? '', incident: incidentId };
  const from = await firstAt(
    journal,
    Math.min(sinceMs, foldedIncident?.observedMs ?? sinceMs) - MARGIN_MS,
  );
  let found = await collect(journal, wanted, from);
  if (!hasBegin(found.records, id)) found = await collect(journal, wanted, 1);
  const { records, cut } = found;
  const fromTheStart = hasBegin(records, id);
  const own =
    change === null ? null : (model.change(id) ?? foldOf(records, id, 'changes') ?? change);
  const incident = foldedIncident ?? foldOf(records, incidentId, 'incidents');
  return {
    subject,
    change: own,
    incident,
    records,
    fromTheStart,
    cut,
    others: model.changes().filter((other) => isRelated(other, own, incidentId)),
    shadows: model
      .shadows()
      .filter((shadow) =>
        own === null ? shadow.incident === incidentId : shadow.changeId === own.id,
      ),
    decision: decisionIn(records, own) ?? model.decision(id) ?? null,
    experience: model.learning().find((item) => isLearnedBy(item, own)),
  };
}

/** The last one on the incident; for a change the one right before it, when it came of one. */
function decisionIn(records: readonly JournalRecord[], change: Change | null): Decision | null {
  if (change !== null && change.origin !== 'rule') return null;
  let last: Decision | null = null;
  for (const { body } of records) {
    if (body.kind === 'change-proposed' && body.change.id === change?.id)
      return last?.chosen?.rule === change.rule ? last : null;
    if (body.kind === 'decision-taken') last = body.decision;
  }
  return change === null ? last : null;
}

const isLearnedBy = (experience: Experience, change: Change | null): boolean =>
  change?.lesson !== undefined && learningKey(experience) === learningKey(change.lesson);

const unhurried = (source: Source, pause: Pause): Source => ({
  lastSequence: () => source.lastSequence(),
  async *read(from) {
    let count = 0;
    await pause();
    for await (const record of source.read(from)) {
      yield record;
      if (++count % STRETCH === 0) await pause();
    }
  },
});

function isRelated(other: Change, own: Change | null, incidentId: string): boolean {
  if (other.id === own?.id) return false;
  if (incidentId !== '' && other.incident === incidentId) return true;
  if (own === null) return false;
  if (own.action.type === 'undo' && own.action.changeId === other.id) return true;
  return other.action.type === 'undo' && other.action.changeId === own.id;
}

/** Records that tell of what is wanted, until it ended. */
async function collect(
  journal: Source,
  wanted: { readonly change: string; readonly incident: string },
  from: number,
): Promise<{ readonly records: readonly JournalRecord[]; readonly cut: boolean }> {
  const records: JournalRecord[] = [];
  const ofChange = wanted.change !== '';
  let onTrial = false;
  for await (const record of journal.read(from)) {
    const { body } = record;
    const id = idOf(body);
    if (id === '' || (id !== wanted.change && id !== wanted.incident)) continue;
    if (body.kind === 'lease-renewed') continue;
    if (records.length === MAX_RECORDS) return { records, cut: true };
    records.push(record);
    // On trial a change is told until what going back shows is judged.
    if (body.kind === 'verdict') onTrial = body.verdict.switchback === true;
    if (body.kind === 'change-transition' && isTerminal(body.to) && !onTrial) break;
    if (body.kind === 'switchback-judged') break;
    if (!ofChange && body.kind === 'incident-closed') break;
  }
  return { records, cut: false };
}

/** The change or incident that a record tells of; empty for every other kind. */
function idOf(body: RecordBody): string {
  switch (body.kind) {
    case 'change-proposed':
      return body.change.id;
    case 'incident-opened':
      return body.incident.id;
    case 'decision-taken':
      return body.decision.incident;
    case 'shadow-decided':
    case 'shadow-scored':
    case 'intent-put':
    case 'intent-deleted':
      return '';
    default:
      return 'id' in body ? body.id : '';
  }
}

const isBegin = (body: RecordBody, id: string): boolean =>
  (body.kind === 'change-proposed' || body.kind === 'incident-opened') && idOf(body) === id;

const hasBegin = (records: readonly JournalRecord[], id: string): boolean =>
  records.some(({ body }) => isBegin(body, id));

async function beginOf(journal: Source, id: string): Promise<Change | Incident | null> {
  for await (const { body } of journal.read(1)) {
    if (body.kind === 'change-proposed' && body.change.id === id) return body.change;
    if (body.kind === 'incident-opened' && body.incident.id === id) return body.incident;
  }
  return null;
}

/** What the fold has dropped, as its own records leave it; null where the first one is gone. */
function foldOf<Kind extends 'changes' | 'incidents'>(
  records: readonly JournalRecord[],
  id: string,
  kind: Kind,
) {
  if (!hasBegin(records, id)) return null;
  const own = records.filter(({ body }) => idOf(body) === id);
  const state = own.reduce(applyRecord, emptyDurableState);
  const folded: ReadonlyMap<string, Change | Incident> = state[kind];
  return (folded.get(id) ?? null) as (Kind extends 'changes' ? Change : Incident) | null;
}

/** Shortly before the first record that is not older; records are in the order of their times. */
async function firstAt(journal: Source, atMs: number): Promise<number> {
  let low = 1;
  let high = await journal.lastSequence();
  while (high - low > STRETCH) {
    const middle = Math.floor((low + high) / 2);
    const record = await recordFrom(journal, middle);
    if (record === null || record.atMs >= atMs) high = middle;
    else low = record.sequence + 1;
  }
  return low;
}

async function recordFrom(journal: Source, sequence: number): Promise<JournalRecord | null> {
  for await (const record of journal.read(sequence)) return record;
  return null;
}
