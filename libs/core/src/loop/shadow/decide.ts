import type {
  Action,
  Change,
  ChangeId,
  DeviceId,
  Incident,
  IncidentId,
  PredictedEffect,
  Rule,
  ShadowDecision,
  ShadowReason,
} from '../../model';
import { LIMITS } from '../../state';
import type { Pass } from '../pass';

/** A decision of a rule that is not carried out. */
export interface Unacted {
  readonly rule: Rule;
  readonly objectiveId: string;
  readonly incident: IncidentId | null;
  readonly changeId: ChangeId | null;
  readonly why: ShadowReason;
  readonly detail: string;
  readonly action: Action;
  readonly predicted: PredictedEffect;
}

/** Stage 4: a rule that only observes has decided. */
export function decideShadow(
  pass: Pass,
  incident: Incident,
  rule: Rule,
  chosen: { readonly action: Action; readonly predicted: PredictedEffect },
): void {
  const { objectiveId, id } = incident;
  const detail = `rule ${rule.name} only observes`;
  const { action, predicted } = chosen;
  const given = { rule, objectiveId, incident: id, changeId: null, why: 'observe' } as const;
  writeDown(pass, { ...given, detail, action, predicted });
}

/**
 * Once per decision: the loop comes to the same at every look, so another one of the rule for the
 * objective counts only when the last is scored and the rule would have had its rest.
 */
export function writeDown(pass: Pass, unacted: Unacted): void {
  const { rule, objectiveId } = unacted;
  const { wallMs } = pass.now;
  let open = 0;
  for (const shadow of pass.durable.shadows.values()) {
    if (shadow.score === null) open++;
    if (shadow.rule !== rule.name || shadow.objectiveId !== objectiveId) continue;
    if (shadow.score === null || wallMs - shadow.decidedMs < rule.cooldownMs) return;
  }
  if (open >= LIMITS.openShadows) return;
  pass.record({ kind: 'shadow-decided', ...decisionOf(pass, unacted) });
}

function decisionOf(pass: Pass, unacted: Unacted): ShadowDecision {
  const { rule, action, objectiveId, predicted } = unacted;
  const { settleMs, maxMs, minSamples, minGainRatio } = rule.verify;
  const { wallMs } = pass.now;
  const quantileMs = pass.observed.objectives.get(objectiveId)?.quantileMs ?? NaN;
  return {
    id: `shadow-${pass.durable.shadowCount + 1}`,
    rule: rule.name,
    group: groupOf(pass, devicesOf(pass, action)),
    objectiveId,
    incident: unacted.incident,
    changeId: unacted.changeId,
    why: unacted.why,
    detail: unacted.detail,
    action,
    predicted,
    decidedMs: wallMs,
    settledMs: wallMs + settleMs,
    dueMs: wallMs + settleMs + maxMs,
    minSamples,
    minGainRatio,
    beforeMs: Number.isFinite(quantileMs) ? quantileMs : -1,
  };
}

function devicesOf(pass: Pass, action: Action): readonly DeviceId[] {
  if (action.type === 'reroute') return action.routes.map((route) => route.device);
  if (action.type === 'sr-policy') return action.policies.map((policy) => policy.device);
  if (action.type !== 'undo') return action.settings.map((setting) => setting.device);
  const undone: Change | undefined = pass.durable.changes.get(action.changeId as ChangeId);
  return undone?.plan.diffs.map((diff) => diff.device) ?? [];
}

/** Groups of devices as one word for scores: sorted, with commas between. */
export function groupOf(pass: Pass, devices: readonly DeviceId[]): string {
  const groups = new Set(devices.map((id) => pass.env.topology.devices.get(id)?.group ?? ''));
  return [...groups].sort().join(',');
}
