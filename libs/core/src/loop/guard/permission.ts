import type { ErrorCode } from '../../base';
import { isTouching } from '../../change';
import { stricterMode, type Change, type Mode, type Rule } from '../../model';
import { cooldownKey } from '../../state';
import type { Pass } from '../pass';
import { waitsForWindow } from './freeze-windows';

/** Code and reason of a refusal; null when nothing speaks against it. */
export type Objection = readonly [code: ErrorCode, reason: string] | null;

const HOUR_MS = 3_600_000;

/** Whether the change may begin now: nobody said stop since it was planned. */
export function mayBegin(pass: Pass, change: Change): Objection {
  const window = waitsForWindow(pass, change);
  if (window !== null) return ['freeze-window', window];
  const { maxOpenChanges, maxChangesPerHour } = pass.env.policy.limits;
  const others = [...pass.durable.changes.values()].filter(
    (other) => other.id !== change.id && isTouching(other.state) && other.state !== 'scheduled',
  );
  if (others.length >= maxOpenChanges)
    return ['limit-exceeded', `${others.length} changes are open (limits.maxOpenChanges)`];
  const { startsMs } = pass.durable;
  const recent = startsMs.filter((atMs) => pass.now.wallMs - atMs < HOUR_MS).length;
  if (change.origin === 'rule' && recent >= maxChangesPerHour)
    return ['change-budget', `${recent} changes in the last hour (limits.maxChangesPerHour)`];
  return null;
}

/** Whether it may go on: holds for every stage. */
export function mayGoOn(pass: Pass, change: Change): Objection {
  const { frozen } = pass.durable;
  if (frozen !== null) return ['frozen', `${frozen.by} froze all changes: ${frozen.reason}`];
  const mode = modeNow(pass, change);
  if (mode === 'auto') return null;
  const asked = mode === 'approve' || mode === 'suggest';
  if (asked && change.approvedBy !== null) return null;
  return ['mode-forbids', `the mode is ${mode} by now${asked ? ' and nobody approved it' : ''}`];
}

/** The strictest mode of the rule and of all groups touched, as they are now. */
function modeNow(pass: Pass, change: Change): Mode {
  let mode: Mode = 'auto';
  if (change.origin === 'rule') {
    const rule = pass.env.policy.rules.find((item) => item.name === change.rule);
    if (rule === undefined) return 'off';
    mode = ruleMode(pass, rule, change.objectiveId);
  }
  for (const { device } of change.plan.diffs) {
    const group = pass.env.topology.devices.get(device)?.group ?? '';
    const configured = pass.env.policy.groups[group] ?? 'auto';
    mode = stricterMode(mode, pass.durable.groupModes.get(group) ?? configured);
  }
  return mode;
}

/** Mode of a rule on one objective: its own, as set by people, and at most approve when escalated. */
export function ruleMode(pass: Pass, rule: Rule, objectiveId: string | null): Mode {
  const own = stricterMode(rule.mode, pass.durable.ruleModes.get(rule.name) ?? rule.mode);
  const key = cooldownKey(rule.name, objectiveId);
  return pass.durable.escalated.has(key) ? stricterMode(own, 'approve') : own;
}
