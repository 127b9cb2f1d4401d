import { isTerminal } from '../../change';
import {
  changeId,
  type Change,
  type CommandResult,
  type DeviceState,
  type Mode,
} from '../../model';
import { stricterMode } from '../../model';
import type { Draft } from '../4-decide';
import { noteDecision, recordDecision } from '../decision';
import type { Pass } from '../pass';
import { groupOf } from '../shadow/decide';
import { noteIncident } from '../evidence';
import { guardPlan, waitsForWindow } from '../guard';
import { buildPlan } from './plan';

/**
 * Stage 5. Turns each draft into a plan with all its checks. A dry run is answered here and leaves
 * no trace; everything else goes on as a change that is validated or rejected.
 */
export function validate(pass: Pass, drafts: readonly Draft[]): void {
  const answered = new Map<string, { draft: Draft; changes: Change[] }>();
  for (const draft of drafts) {
    const built = buildPlan(pass, draft);
    if (!built.ok) {
      if (draft.request !== null) pass.reply(draft.request.id, built);
      else noteRefusal(pass, draft, built.error.reason);
      if (draft.decision !== undefined) noteDecision(pass, draft.decision);
      continue;
    }
    const proposed = guarded(pass, newChange(pass, draft, built.value));
    const change = draft.request?.dryRun === true ? judged(proposed) : enter(pass, draft, proposed);
    if (draft.request === null) continue;
    const answer = answered.get(draft.request.id) ?? { draft, changes: [] };
    answer.changes.push(change);
    answered.set(draft.request.id, answer);
  }
  for (const [id, { draft, changes }] of answered) pass.reply(id, answerFor(draft, changes));
  moveOn(pass);
}

/** Stage 6 asks the guards again; asked here too, a plan shows what they would say. */
function guarded(pass: Pass, change: Change): Change {
  const objection = guardPlan(pass, change);
  const check = {
    name: 'guards',
    passed: objection === null,
    code: objection?.[0] ?? null,
    detail: objection?.[1] ?? '',
  };
  return { ...change, plan: { ...change.plan, checks: [...change.plan.checks, check] } };
}

function answerFor(draft: Draft, changes: readonly Change[]): CommandResult {
  const dryRun = draft.request?.dryRun ?? false;
  const intent = draft.request?.intent ?? null;
  if (intent !== null)
    return { ok: true, value: { kind: 'intent', intent, plans: changes, dryRun } };
  return { ok: true, value: { kind: 'change', change: changes[0] as Change, dryRun } };
}

/** What the loop itself cannot do just now is noted on its incident; it asks again anyway. */
function noteRefusal(pass: Pass, draft: Draft, reason: string): void {
  const incident = draft.incident === null ? undefined : pass.durable.incidents.get(draft.incident);
  if (incident?.state === 'open') noteIncident(pass, incident, draft.rule, reason);
}

function newChange(pass: Pass, draft: Draft, plan: Change['plan']): Change {
  const untouched: DeviceState = {
    progress: 'untouched',
    preImage: null,
    commitConfirmed: false,
    commitId: '',
    lastVerb: null,
    attempts: 0,
    lastError: '',
  };
  return {
    id: changeId(`chg-${pass.durable.changeCount + 1}`),
    origin: draft.origin,
    rule: draft.rule,
    incident: draft.incident,
    intent: draft.intent,
    objectiveId: draft.objectiveId,
    action: draft.action,
    mode: effectiveMode(pass, draft, plan),
    plan,
    verify: draft.verify,
    state: 'proposed',
    reason: `proposed by ${draft.by}`,
    createdMs: pass.now.wallMs,
    updatedMs: pass.now.wallMs,
    expiresMs: pass.now.wallMs + pass.env.policy.planTtlMs,
    deadlineMs: null,
    leaseUntilMs: null,
    times: draft.times,
    devices: Object.fromEntries(plan.diffs.map((diff) => [diff.device, untouched])),
    verdict: null,
    approvedBy: null,
    cause: draft.cause,
    ...(draft.foreseen === undefined ? {} : { foreseen: draft.foreseen }),
    ...(draft.repeats === undefined ? {} : { repeats: draft.repeats }),
    ...(draft.lesson === undefined ? {} : { lesson: draft.lesson }),
    group: groupOf(
      pass,
      plan.diffs.map((diff) => diff.device),
    ),
  };
}

/** The strictest of the rule's mode and the modes of the groups whose devices are touched. */
function effectiveMode(pass: Pass, draft: Draft, plan: Change['plan']): Mode {
  let mode = draft.mode;
  for (const diff of plan.diffs) {
    const group = pass.env.topology.devices.get(diff.device)?.group ?? '';
    const configured = pass.env.policy.groups[group] ?? 'auto';
    mode = stricterMode(mode, pass.durable.groupModes.get(group) ?? configured);
  }
  return mode;
}

const failureOf = (change: Change) => change.plan.checks.find((check) => !check.passed);

/** What the change would become, for a dry run. */
function judged(change: Change): Change {
  const failed = failureOf(change);
  return failed === undefined
    ? { ...change, state: 'validated', reason: 'dry run: nothing was sent' }
    : { ...change, state: 'rejected', reason: `${failed.code ?? failed.name}: ${failed.detail}` };
}

/** Reasons that pass by themselves: the loop waits, and no change is written down for it. */
const PASSING: ReadonlySet<string> = new Set([
  'device-busy',
  'limit-exceeded',
  'cool-down',
  'dwell-time',
  'telemetry-stale',
  'telemetry-contradiction',
]);

function enter(pass: Pass, draft: Draft, change: Change): Change {
  const failed = failureOf(change);
  const code = failed?.code ?? failed?.name ?? '';
  if (failed !== undefined && draft.request === null) {
    noteRefusal(pass, draft, `${code}: ${failed.detail}`);
    if (PASSING.has(code) || repeatsRefusal(pass, change, code)) {
      if (draft.decision !== undefined) noteDecision(pass, draft.decision);
      return change;
    }
  }
  if (draft.decision !== undefined) recordDecision(pass, draft.decision);
  pass.record({ kind: 'change-proposed', change });
  if (failed === undefined)
    pass.transition(change, 'accept', 'all checks passed', { validated: pass.now.wallMs });
  else pass.transition(change, 'refuse', `${code}: ${failed.detail}`);
  return pass.durable.changes.get(change.id) ?? change;
}

/** The loop asks again at every tick; the same refusal is journalled once in a while, not always. */
function repeatsRefusal(pass: Pass, change: Change, code: string): boolean {
  for (const other of pass.durable.changes.values())
    if (
      other.state === 'rejected' &&
      other.rule === change.rule &&
      other.intent === change.intent &&
      other.objectiveId === change.objectiveId &&
      other.reason.startsWith(`${code}:`) &&
      pass.now.wallMs - other.updatedMs < REFUSAL_REPEAT_MS
    )
      return true;
  return false;
}
const REFUSAL_REPEAT_MS = 60_000;

/** Validated changes go where their mode sends them; old plans expire, stale reasons supersede. */
function moveOn(pass: Pass): void {
  for (const change of pass.durable.changes.values()) {
    if (change.state !== 'validated' && change.state !== 'awaiting-approval') continue;
    if (pass.now.wallMs > change.expiresMs) {
      pass.transition(change, 'expire', 'the plan is older than its time to live');
      continue;
    }
    const incident =
      change.incident === null ? undefined : pass.durable.incidents.get(change.incident);
    // What going back proved is made again whether the objective is missed just now or not.
    if (incident?.state === 'closed' && change.repeats === undefined) {
      pass.transition(change, 'supersede', 'the incident ended without it');
      continue;
    }
    if (change.state !== 'validated') continue;
    if (change.mode === 'approve')
      pass.transition(change, 'await-approval', 'waits for a person, as its mode says');
    else if (change.mode === 'auto' && pass.durable.frozen === null && !isTerminal(change.state)) {
      // One at a time: the guards judge the next one when this one is open.
      if (isScheduled(pass)) continue;
      const waits = waitsForWindow(pass, change);
      if (waits !== null) noteWaiting(pass, change, waits);
      else pass.transition(change, 'schedule', 'may be applied, as its mode says');
    }
  }
}

/** The plan stands and is shown; it begins when the window ends, unless it is too old by then. */
function noteWaiting(pass: Pass, change: Change, why: string): void {
  const incident =
    change.incident === null ? undefined : pass.durable.incidents.get(change.incident);
  if (incident !== undefined)
    noteIncident(pass, incident, change.rule, `freeze-window: ${change.id} waits, ${why}`);
}

const isScheduled = (pass: Pass): boolean =>
  [...pass.durable.changes.values()].some((change) => change.state === 'scheduled');
