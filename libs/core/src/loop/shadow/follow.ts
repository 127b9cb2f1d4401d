import type { Change, ShadowReason } from '../../model';
import type { Pass } from '../pass';
import { writeDown } from './decide';
import { scoreShadow } from './score';

/** Stage 8: takes up what this pass decided and did not do, and scores what is due. */
export function followShadows(pass: Pass): void {
  for (const body of [...pass.records]) {
    if (body.kind !== 'change-proposed') continue;
    const change = pass.durable.changes.get(body.change.id);
    if (change !== undefined) takeUp(pass, change);
  }
  if (!pass.looked) return;
  for (const shadow of pass.durable.shadows.values()) {
    if (shadow.score !== null || pass.now.wallMs < shadow.dueMs) continue;
    pass.record({ kind: 'shadow-scored', id: shadow.id, score: scoreShadow(pass, shadow) });
  }
}

/** Refusals that say nothing about the change itself: somebody or some limit holds the rule. */
const HELD: ReadonlySet<string> = new Set([
  'escalated',
  'freeze-window',
  'frozen',
  'change-budget',
  'mode-forbids',
]);

function takeUp(pass: Pass, change: Change): void {
  const { objectiveId, incident, action, plan, id } = change;
  const rule = pass.env.policy.rules.find((item) => item.name === change.rule);
  const why = reasonOf(pass, change);
  if (change.origin !== 'rule' || rule === undefined || objectiveId === null || why === null)
    return;
  const { predicted } = plan;
  const detail = change.reason;
  writeDown(pass, { rule, objectiveId, incident, changeId: id, why, detail, action, predicted });
}

function reasonOf(pass: Pass, { state, mode, plan }: Change): ShadowReason | null {
  if (state === 'rejected') {
    const failed = plan.checks.find((check) => !check.passed);
    return HELD.has(failed?.code ?? '') ? 'held' : null;
  }
  if (state !== 'validated' && state !== 'awaiting-approval') return null;
  if (mode === 'suggest' || mode === 'approve') return mode;
  return pass.durable.frozen === null ? null : 'frozen';
}
