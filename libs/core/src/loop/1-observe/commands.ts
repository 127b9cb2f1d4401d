import { refuse, type Refusal } from '../../base';
import { isTerminal, isTouching } from '../../change';
import {
  API_VERSION,
  deviceId,
  intentId,
  MODES,
  ruleName,
  type Action,
  type Change,
  type ChangeId,
  type Command,
  type CommandResult,
  type CompiledIntent,
  type IntentId,
  type IntentResource,
} from '../../model';
import { cooldownKey, LIMITS } from '../../state';
import type { DecisionRequest } from '../events';
import { conflictOf } from '../guard';
import { isUndone } from '../standing';
import { engineStatus } from '../status';
import type { Pass } from '../pass';
import { importLearning, resetLearning } from './learning';

const done: CommandResult = { ok: true, value: { kind: 'done' } };

export function observeCommand(
  pass: Pass,
  requestId: string,
  command: Command,
): readonly DecisionRequest[] {
  switch (command.verb) {
    case 'status':
      pass.reply(requestId, { ok: true, value: { kind: 'status', status: engineStatus(pass) } });
      return [];
    case 'propose':
      return [{ kind: 'propose', requestId, ...command }];
    case 'undo':
      return undo(pass, requestId, command);
    case 'put-intent':
      return putIntent(pass, requestId, command);
    case 'delete-intent':
      return deleteIntent(pass, requestId, command);
    default:
      pass.reply(requestId, plainCommand(pass, command));
      return [];
  }
}

type PlainCommand = Exclude<
  Command,
  { verb: 'status' | 'propose' | 'undo' | 'put-intent' | 'delete-intent' }
>;

function plainCommand(pass: Pass, command: PlainCommand): CommandResult {
  switch (command.verb) {
    case 'approve':
    case 'reject':
      return judge(pass, command);
    case 'freeze':
      pass.record({ kind: 'frozen', by: command.by, reason: command.reason });
      return done;
    case 'unfreeze':
      if (pass.durable.frozen !== null) pass.record({ kind: 'unfrozen', by: command.by });
      return done;
    case 'set-mode':
      return setMode(pass, command);
    case 'release-rule':
      return releaseRule(pass, command);
    case 'reset-learning':
      return resetLearning(pass, command);
    case 'import-learning':
      return importLearning(pass, command);
    case 'unfence': {
      const device = deviceId(command.device);
      if (!pass.durable.fenced.has(device))
        return refuse('not-found', 'device', `${command.device} is not fenced`);
      pass.record({ kind: 'device-unfenced', device, by: command.by });
      return done;
    }
  }
}

function setMode(pass: Pass, command: Extract<Command, { verb: 'set-mode' }>): CommandResult {
  const { scope, name, mode, by } = command;
  if (!MODES.includes(mode))
    return refuse('request-invalid', 'mode', `mode must be one of ${MODES.join(', ')}`);
  const known =
    scope === 'rule'
      ? pass.env.policy.rules.some((rule) => rule.name === name)
      : [...pass.env.topology.devices.values()].some((device) => device.group === name);
  if (!known) return refuse('not-found', 'name', `there is no ${scope} named ${name}`);
  pass.record({ kind: 'mode-set', scope, name, mode, by });
  return done;
}

function releaseRule(
  pass: Pass,
  { rule, objectiveId, by }: Extract<Command, { verb: 'release-rule' }>,
): CommandResult {
  const waiting = [...pass.durable.escalated.keys()].filter((key) =>
    objectiveId === null ? key.startsWith(`${rule}|`) : key === cooldownKey(rule, objectiveId),
  );
  if (waiting.length === 0) {
    const where = objectiveId === null ? '' : ` on ${objectiveId}`;
    return refuse('not-found', 'rule', `rule ${rule} does not wait for a person${where}`);
  }
  for (const key of waiting)
    pass.record({
      kind: 'rule-released',
      rule: ruleName(rule),
      objectiveId: key.slice(rule.length + 1),
      by,
    });
  return done;
}

/** Approval binds to the hash of the plan: another plan under the same id is refused. */
function judge(
  pass: Pass,
  command: Extract<Command, { verb: 'approve' | 'reject' }>,
): CommandResult {
  const change = pass.durable.changes.get(command.changeId as ChangeId);
  if (change === undefined) return refuse('not-found', 'id', `no change ${command.changeId}`);
  if (change.state !== 'awaiting-approval' && change.state !== 'validated')
    return refuse(
      'state-forbids',
      'id',
      `${change.id} is ${change.state}; nothing to ${command.verb}`,
    );
  if (command.verb === 'approve') {
    if (change.plan.hash !== command.planHash)
      return refuse(
        'plan-hash-mismatch',
        'planHash',
        `the plan of ${change.id} has hash ${change.plan.hash}`,
      );
    if (pass.now.wallMs > change.expiresMs)
      return refuse('plan-expired', 'id', `the plan of ${change.id} expired; ask for a new one`);
    if (pass.durable.frozen !== null)
      return refuse(
        'frozen',
        'id',
        `frozen by ${pass.durable.frozen.by}: ${pass.durable.frozen.reason}`,
      );
  }
  const planHash = change.plan.hash;
  const decision = command.verb === 'approve' ? 'approved' : 'rejected';
  const { by, reason } = command;
  pass.record({ kind: 'approval', id: change.id, planHash, by, decision, reason });
  pass.transition(
    change,
    command.verb,
    `${decision} by ${by}${reason === '' ? '' : `: ${reason}`}`,
  );
  return changed(pass, change.id);
}

function changed(pass: Pass, id: ChangeId): CommandResult {
  const change = pass.durable.changes.get(id) as Change;
  return { ok: true, value: { kind: 'change', change, dryRun: false } };
}

function undo(
  pass: Pass,
  requestId: string,
  command: Extract<Command, { verb: 'undo' }>,
): readonly DecisionRequest[] {
  const { dryRun, by } = command;
  const change = pass.durable.changes.get(command.changeId as ChangeId);
  if (change === undefined) {
    pass.reply(requestId, refuse('not-found', 'id', `no change ${command.changeId}`));
    return [];
  }
  if (change.state === 'confirmed') {
    const action: Action = { type: 'undo', changeId: change.id };
    return [{ kind: 'propose', requestId, action, objectiveId: null, planHash: null, dryRun, by }];
  }
  if (isTerminal(change.state) || !isTouching(change.state) || change.state === 'rolling-back') {
    const reason = `${change.id} is ${change.state}; there is nothing to undo`;
    pass.reply(requestId, refuse('state-forbids', 'id', reason));
    return [];
  }
  // Not settled yet: undoing is stopping it, by the rollback that it carries with it.
  if (!dryRun) stopChange(pass, change, by);
  pass.reply(requestId, {
    ok: true,
    value: { kind: 'change', change: currentOf(pass, change), dryRun },
  });
  return [];
}

const currentOf = (pass: Pass, change: Change): Change =>
  pass.durable.changes.get(change.id) ?? change;

function stopChange(pass: Pass, change: Change, by: string): void {
  const reason = `undone by ${by}`;
  const times = { reverting: pass.now.wallMs };
  if (change.state === 'scheduled') pass.transition(change, 'refuse', reason);
  else if (change.state === 'confirming') pass.transition(change, 'lose', reason, times);
  else pass.transition(change, 'abort', reason, times);
}

function putIntent(
  pass: Pass,
  requestId: string,
  command: Extract<Command, { verb: 'put-intent' }>,
): readonly DecisionRequest[] {
  const checked = checkIntent(pass, command);
  if (!checked.ok) {
    pass.reply(requestId, checked);
    return [];
  }
  const { intent, compiled, id } = checked.value;
  if (command.dryRun) return [{ kind: 'intent', requestId, intent, compiled }];
  const old = pass.durable.intents.get(id);
  if (old === undefined || old.metadata.generation !== intent.metadata.generation)
    pass.record({ kind: 'intent-put', id, intent, by: command.by });
  pass.reply(requestId, { ok: true, value: { kind: 'intent', intent, plans: [], dryRun: false } });
  return [];
}

interface CheckedIntent {
  readonly id: IntentId;
  readonly intent: IntentResource;
  readonly compiled: CompiledIntent;
}

function checkIntent(
  pass: Pass,
  command: Extract<Command, { verb: 'put-intent' }>,
):
  | { readonly ok: true; readonly value: CheckedIntent }
  | { readonly ok: false; readonly error: Refusal } {
  const { kind, name, labels, priority, spec } = command.intent;
  const implementation = pass.env.intentKinds.get(kind);
  const kinds = [...pass.env.intentKinds.keys()].join(', ');
  if (implementation === undefined)
    return refuse(
      'intent-unknown-kind',
      'kind',
      `no intent kind ${kind}; known kinds are ${kinds}`,
    );
  const parsed = implementation.parse(spec);
  if (!parsed.ok) return parsed;
  const id = intentId(kind, name);
  const old = pass.durable.intents.get(id);
  if (old === undefined && pass.durable.intents.size >= LIMITS.intents)
    return refuse('limit-exceeded', 'metadata.name', `at most ${LIMITS.intents} intents are kept`);
  const unchanged =
    old !== undefined &&
    old.priority === priority &&
    JSON.stringify([old.spec, old.metadata.labels]) === JSON.stringify([parsed.value, labels]);
  const metadata = {
    name,
    labels,
    generation: old === undefined ? 1 : old.metadata.generation + (unchanged ? 0 : 1),
    createdMs: old?.metadata.createdMs ?? pass.now.wallMs,
  };
  const intent: IntentResource = {
    apiVersion: API_VERSION,
    kind,
    metadata,
    priority,
    spec: parsed.value,
  };
  const compiled = implementation.compile(intent, pass.env.topology);
  if (!compiled.ok) return compiled;
  const conflict = conflictOf(pass, intent, compiled.value);
  if (conflict !== null) return { ok: false, error: conflict };
  return { ok: true, value: { id, intent, compiled: compiled.value } };
}

function deleteIntent(
  pass: Pass,
  requestId: string,
  command: Extract<Command, { verb: 'delete-intent' }>,
): readonly DecisionRequest[] {
  const id = command.id as IntentId;
  const { dryRun } = command;
  const intent = pass.durable.intents.get(id);
  if (intent === undefined) {
    pass.reply(requestId, refuse('not-found', 'id', `no intent ${command.id}`));
    return [];
  }
  const standing = [...pass.durable.changes.values()].filter((change) =>
    standsFor(pass, change, id),
  );
  if (dryRun && standing.length > 0)
    return [{ kind: 'restore', requestId, intent, changes: standing }];
  if (!dryRun) pass.record({ kind: 'intent-deleted', id, by: command.by });
  pass.reply(requestId, { ok: true, value: { kind: 'intent', intent, plans: [], dryRun } });
  return [];
}

/** Whether the change was made for the intent, and would be undone without it. */
const standsFor = (pass: Pass, change: Change, id: IntentId): boolean =>
  change.origin === 'intent' &&
  change.intent === id &&
  change.state === 'confirmed' &&
  change.action.type !== 'undo' &&
  change.adopted === undefined &&
  !isUndone(pass, change);
