import type { Rule } from '../../model';
import { cooldownKey } from '../../state';
import type { Pass } from '../pass';

/**
 * A rule of which so many changes were undone on one objective does not understand what it sees
 * there: from now on it only proposes, and a person approves, until one releases it. Returns why it
 * waits; null when it need not.
 */
export function escalation(pass: Pass, rule: Rule, objectiveId: string): string | null {
  const key = cooldownKey(rule.name, objectiveId);
  const standing = pass.durable.escalated.get(key);
  if (standing !== undefined) return standing;
  const { undone, periodMs } = pass.env.policy.escalation;
  const since = pass.now.wallMs - periodMs;
  const count = (pass.durable.undoneMs.get(key) ?? []).filter((atMs) => atMs > since).length;
  if (count < undone) return null;
  const reason = `${count} changes of rule ${rule.name} were undone here within ${daysOf(periodMs)}`;
  pass.record({ kind: 'rule-escalated', rule: rule.name, objectiveId, reason });
  return reason;
}

const DAY_MS = 86_400_000;
const daysOf = (ms: number): string =>
  ms >= DAY_MS ? `${Number((ms / DAY_MS).toFixed(1))} days` : `${Math.round(ms / 1000)} s`;
