import { assert } from '../base';
import { isTerminal } from '../change';
import { CONFIG_AUTHOR } from '../model';
import type { Change, ChangeState, Incident, JournalRecord, RecordBody } from '../model';
import { shiftClock } from './clock-shift';
import { cooldownKey } from './cooldown';
import { assignDecision, dropDecisions, keepDecision } from './decisions';
import type { DurableState } from './durable';
import { pruned, withEntry, without } from './entries';
import { foldChange, type ChangeBody } from './fold-change';
import { foldLearning, learn } from './learning';
import { LIMITS } from './limits';
import { escalate, release, rememberEnd } from './oscillation';
import { countChange, foldShadow } from './scores';
import { isOnTrial } from './switchback';

type Stored = Pick<JournalRecord, 'atMs' | 'epoch' | 'body'>;

/** The only way in which durable state changes: live, at recovery and in every reader alike. */
export function applyRecord(state: DurableState, stored: Stored): DurableState {
  const next: DurableState = {
    ...state,
    lastSequence: state.lastSequence + 1,
    lastAtMs: stored.atMs,
    epoch: Math.max(state.epoch, stored.epoch),
  };
  return applyBody(next, stored.body, stored.atMs);
}

function applyBody(state: DurableState, body: RecordBody, atMs: number): DurableState {
  switch (body.kind) {
    case 'daemon-started':
    case 'policy-loaded':
    case 'topology-loaded':
    case 'snapshot-taken':
      return state;
    case 'intent-put':
      return applyIntent(state, body);
    case 'intent-deleted':
      return { ...state, intents: without(state.intents, body.id) };
    case 'incident-opened':
    case 'incident-diagnosed':
    case 'incident-closed':
      return applyIncident(state, body, atMs);
    case 'frozen':
      return { ...state, frozen: { by: body.by, reason: body.reason } };
    case 'unfrozen':
      return { ...state, frozen: null };
    case 'mode-set':
      return body.scope === 'rule'
        ? { ...state, ruleModes: withEntry(state.ruleModes, body.name, body.mode) }
        : { ...state, groupModes: withEntry(state.groupModes, body.name, body.mode) };
    case 'clock-stepped':
      return shiftClock(state, body.byMs);
    case 'device-fenced':
      return { ...state, fenced: withEntry(state.fenced, body.device, body.reason) };
    case 'device-unfenced':
      return { ...state, fenced: without(state.fenced, body.device) };
    case 'rule-escalated':
      return escalate(state, cooldownKey(body.rule, body.objectiveId), body.reason);
    case 'rule-released':
      return release(state, cooldownKey(body.rule, body.objectiveId));
    case 'shadow-decided':
    case 'shadow-scored':
      return foldShadow(state, body);
    case 'decision-taken':
      return keepDecision(state, body.decision);
    case 'learning-reset':
    case 'learning-imported':
      return foldLearning(state, body);
    default:
      return applyChange(state, body, atMs);
  }
}

function applyIntent(
  state: DurableState,
  { id, intent, by }: Extract<RecordBody, { kind: 'intent-put' }>,
): DurableState {
  const next = { ...state, intents: withEntry(state.intents, id, intent) };
  if (by !== CONFIG_AUTHOR) return next;
  return { ...next, configIntents: withEntry(state.configIntents, id, intent) };
}

type IncidentBody = Extract<
  RecordBody,
  { kind: 'incident-opened' | 'incident-diagnosed' | 'incident-closed' }
>;

function applyIncident(state: DurableState, body: IncidentBody, atMs: number): DurableState {
  if (body.kind === 'incident-opened') {
    const incidents = withEntry(state.incidents, body.incident.id, body.incident);
    return { ...state, incidents, incidentCount: state.incidentCount + 1 };
  }
  const incident = state.incidents.get(body.id);
  assert(incident !== undefined, `journal: incident ${body.id} was never opened`);
  const updated: Incident =
    body.kind === 'incident-diagnosed'
      ? diagnosed(incident, body, atMs)
      : { ...incident, state: 'closed', closedMs: atMs, note: body.reason };
  const incidents = withEntry(state.incidents, incident.id, updated);
  const next = {
    ...state,
    incidents: pruned(incidents, (item) => item.state === 'closed', LIMITS.closedIncidents),
  };
  return body.kind === 'incident-closed' ? dropDecisions(next) : next;
}

/** A note comes with the diagnosis that stands already; that makes it no new one. */
function diagnosed(
  incident: Incident,
  { diagnosis, rule, note }: Extract<IncidentBody, { kind: 'incident-diagnosed' }>,
  atMs: number,
): Incident {
  const before = incident.diagnosis;
  const isNew = before?.atMs !== diagnosis.atMs;
  return {
    ...incident,
    diagnosis,
    diagnosedMs: incident.diagnosedMs ?? atMs,
    latestDiagnosedMs: isNew ? atMs : (incident.latestDiagnosedMs ?? incident.diagnosedMs),
    rule,
    note,
  };
}

function applyChange(state: DurableState, body: ChangeBody, atMs: number): DurableState {
  if (body.kind === 'change-proposed') return addChange(state, body.change);
  const change = state.changes.get(body.id);
  assert(change !== undefined, `journal: change ${body.id} was never proposed`);
  const updated = { ...foldChange(change, body), updatedMs: atMs };
  const changes = withEntry(state.changes, change.id, updated);
  const next: DurableState = { ...state, changes };
  if (body.kind === 'switchback-judged' && body.outcome === 'refuted')
    return remembered(next, updated, atMs);
  if (body.kind !== 'change-transition') return next;
  return afterTransition(next, updated, body.from, atMs);
}

function addChange(state: DurableState, change: Change): DurableState {
  const changes = withEntry(state.changes, change.id, change);
  const incident = change.incident === null ? undefined : state.incidents.get(change.incident);
  const incidents =
    incident === undefined
      ? state.incidents
      : withEntry(state.incidents, incident.id, {
          ...incident,
          changes: [...incident.changes, change.id],
        });
  return assignDecision(
    { ...state, changes, incidents, changeCount: state.changeCount + 1 },
    change,
  );
}

function afterTransition(
  state: DurableState,
  change: Change,
  from: ChangeState,
  atMs: number,
): DurableState {
  let next = state;
  if (change.state === 'applying')
    next = { ...next, startsMs: [...next.startsMs, atMs].slice(-LIMITS.startsRemembered) };
  // What was refused before it began does not count as having acted.
  const acted =
    change.state === 'rejected' ? from === 'applying' : ENDS_OF_ACTION.has(change.state);
  if (change.state === 'confirmed')
    next = { ...next, changes: withoutOldLeases(next.changes, change) };
  next = countChange(next, change, from);
  next = acted
    ? remembered(next, change, atMs)
    : learn(rememberEnd(next, change, atMs), change, atMs);
  if (isTerminal(change.state)) {
    const over = (item: Change): boolean => isTerminal(item.state) && item.leaseUntilMs === null;
    const changes = pruned(next.changes, over, LIMITS.endedChanges);
    if (changes !== next.changes) next = dropDecisions({ ...next, changes });
  }
  return next;
}

/** It acted, so its rule and what it wrote rest; what is on trial did not act yet. */
function remembered(state: DurableState, change: Change, atMs: number): DurableState {
  if (change.state === 'rolled-back' && isOnTrial(change)) return state;
  const key = cooldownKey(change.rule, change.objectiveId);
  const next = { ...state, actedMs: withEntry(state.actedMs, key, atMs) };
  return learn(rememberEnd(next, change, atMs), change, atMs);
}

const ENDS_OF_ACTION: ReadonlySet<ChangeState> = new Set(['confirmed', 'rolled-back', 'stuck']);

/** What wrote the same leaves before, or was undone, no longer stands: its lease ends with it. */
function withoutOldLeases(
  changes: DurableState['changes'],
  newest: Change,
): DurableState['changes'] {
  const written = new Set(leafKeys(newest));
  let next = changes;
  for (const change of changes.values()) {
    if (change.id === newest.id || change.leaseUntilMs === null) continue;
    const undone = newest.action.type === 'undo' && newest.action.changeId === change.id;
    if (undone || leafKeys(change).some((key) => written.has(key)))
      next = withEntry(next, change.id, { ...change, leaseUntilMs: null });
  }
  return next;
}

const leafKeys = (change: Change): readonly string[] =>
  change.plan.diffs.flatMap((diff) => diff.leaves.map((leaf) => `${diff.device}${leaf.path}`));
