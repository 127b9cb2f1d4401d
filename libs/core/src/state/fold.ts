import { assert } from '../base';
import { isTerminal, TRANSITIONS } from '../change';
import { CONFIG_AUTHOR } from '../model';
import type {
  Change,
  ChangeState,
  DeviceProgress,
  DeviceState,
  Incident,
  JournalRecord,
  RecordBody,
  SwitchbackRecord,
} from '../model';
import { shiftClock } from './clock-shift';
import { cooldownKey } from './cooldown';
import { assignDecision, dropDecisions, keepDecision } from './decisions';
import type { DurableState } from './durable';
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

type ChangeBody = Extract<
  RecordBody,
  {
    kind:
      | 'change-proposed'
      | 'change-transition'
      | 'device-prepared'
      | 'device-operation'
      | 'device-outcome'
      | 'stage-proved'
      | 'change-adopted'
      | 'lease-renewed'
      | 'verdict'
      | 'switchback-judged'
      | 'approval';
  }
>;

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

function foldChange(
  change: Change,
  body: Exclude<ChangeBody, { kind: 'change-proposed' }>,
): Change {
  switch (body.kind) {
    case 'change-transition': {
      assert(
        change.state === body.from,
        `journal: ${change.id} is ${change.state}, not ${body.from}`,
      );
      assert(
        Object.values(TRANSITIONS[body.from]).includes(body.to),
        `journal: no transition from ${body.from} to ${body.to}`,
      );
      return {
        ...(TURNS.has(body.to) ? withoutSnapshots(change) : change),
        state: body.to,
        reason: body.reason,
        times: { ...change.times, ...body.times },
      };
    }
    case 'device-prepared':
      return {
        ...withDevice(change, body.device, {
          progress: 'prepared',
          preImage: body.preImage,
          commitConfirmed: body.commitConfirmed,
          commitId: body.commitId,
        }),
        deadlineMs: change.deadlineMs ?? body.deadlineMs,
      };
    case 'device-operation':
      return withDevice(change, body.device, {
        progress: PROGRESS_OF_VERB[body.verb] ?? 'untouched',
        lastVerb: body.verb,
        attempts: body.attempt,
        ...(body.attempt === 1 ? { refusals: 0 } : {}),
      });
    case 'device-outcome':
      return withDevice(change, body.device, {
        progress: progressAfter(body.verb, body.outcome),
        lastError: body.outcome === 'done' ? '' : body.message,
        refusals: (change.devices[body.device]?.refusals ?? 0) + (isAnswer(body) ? 1 : 0),
      });
    case 'stage-proved':
      return { ...change, provedStages: body.stage + 1 };
    case 'change-adopted':
      return { ...change, leaseUntilMs: null, adopted: body.reason };
    case 'lease-renewed':
      return { ...change, leaseUntilMs: body.untilMs };
    case 'verdict':
      return {
        ...change,
        verdict: body.verdict,
        ...(body.trial === undefined ? {} : { trial: body.trial }),
      };
    case 'switchback-judged':
      return judgedOnTrial(change, body);
    case 'approval':
      return { ...change, approvedBy: body.decision === 'approved' ? body.by : null };
  }
}

/** What was measured is of use only to a change that is made again. */
function judgedOnTrial(change: Change, { outcome, reason }: SwitchbackRecord): Change {
  const { trial, ...left } = change;
  const judged = { ...left, switchback: { outcome, reason } };
  return outcome === 'proved' && trial !== undefined ? { ...judged, trial } : judged;
}

const TURNS: ReadonlySet<ChangeState> = new Set(['rejected', 'rolling-back']);

/** A snapshot that nobody waits for any more left its device as it was. */
function withoutSnapshots(change: Change): Change {
  let next = change;
  for (const [device, state] of Object.entries(change.devices))
    if (state.progress === 'snapshotting')
      next = withDevice(next, device, { progress: 'untouched' });
  return next;
}

const PROGRESS_OF_VERB: Readonly<Record<string, DeviceProgress>> = {
  snapshot: 'snapshotting',
  commit: 'committing',
  confirm: 'confirming',
  revert: 'reverting',
};

type Outcome = Extract<RecordBody, { kind: 'device-outcome' }>;

/** Whether the device said no, or holds something else; silence says nothing about it. */
const isAnswer = ({ outcome, code }: Outcome): boolean =>
  outcome === 'mismatch' ||
  (outcome === 'refused' && code !== 'device-unreachable' && code !== 'device-busy');

function progressAfter(verb: Outcome['verb'], outcome: Outcome['outcome']): DeviceProgress {
  if (verb === 'snapshot' || verb === 'image') return outcome === 'done' ? 'untouched' : 'failed';
  if (outcome === 'done')
    return verb === 'commit' ? 'committed' : verb === 'confirm' ? 'confirmed' : 'reverted';
  // A refused commit left the device as it was; everything else has to be read back or undone.
  return verb === 'commit' && outcome === 'refused' ? 'failed' : 'unknown';
}

function withDevice(change: Change, device: string, part: Partial<DeviceState>): Change {
  const current = change.devices[device];
  assert(current !== undefined, `journal: ${device} is not part of ${change.id}`);
  return { ...change, devices: { ...change.devices, [device]: { ...current, ...part } } };
}

function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const next = new Map(map);
  next.delete(key);
  return next;
}

/** Drops the oldest entries that match until at most `keep` of them are left. */
function pruned<K, V>(
  map: ReadonlyMap<K, V>,
  matches: (value: V) => boolean,
  keep: number,
): ReadonlyMap<K, V> {
  let excess = [...map.values()].filter(matches).length - keep;
  if (excess <= 0) return map;
  const next = new Map(map);
  for (const [key, value] of map) {
    if (excess <= 0) break;
    if (!matches(value)) continue;
    next.delete(key);
    excess--;
  }
  return next;
}
