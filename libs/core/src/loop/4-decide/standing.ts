import type { Incident, Mode, Rule } from '../../model';
import { cooldownKey } from '../../state';
import { ruleMode } from '../guard';
import type { Pass } from '../pass';
import { escalation } from './escalation';

/** Whether a rule whose condition holds may look for something to do on an incident now. */
export interface Standing {
  /** `did-part`: in its cool-down, but all of the effect of its kept change is in. */
  readonly kind: 'runs' | 'off' | 'tried-in-vain' | 'cool-down' | 'did-part';
  readonly mode: Mode;
  /** Why a person has to approve it, whatever the policy says; null when it is for the policy. */
  readonly waits: string | null;
}

export function standingOf(pass: Pass, rule: Rule, incident: Incident): Standing {
  const waits = escalation(pass, rule, incident.objectiveId);
  const mode = ruleMode(pass, rule, incident.objectiveId);
  const standing = (kind: Standing['kind']): Standing => ({ kind, mode, waits });
  if (mode === 'off') return standing('off');
  if (triedInVain(pass, rule, incident)) return standing('tried-in-vain');
  if (cooldownLeftMs(pass, rule, incident) > 0)
    return standing(didItsPart(pass, rule, incident) ? 'did-part' : 'cool-down');
  return standing('runs');
}

/** Whether a change of the rule was kept for this incident so long ago that its effect is all in. */
function didItsPart(pass: Pass, rule: Rule, incident: Incident): boolean {
  const kept = incident.changes
    .map((id) => pass.durable.changes.get(id))
    .filter((change) => change?.rule === rule.name && change.state === 'confirmed')
    .at(-1);
  return kept !== undefined && pass.now.wallMs - kept.updatedMs > pass.env.policy.detect.windowMs;
}

/** For so many of its cool-downs a rule that did not help is not tried again on an incident. */
const VAIN_COOLDOWNS = 5;

/** Whether the latest change of the rule for this incident was measured and undone. */
export function triedInVain(pass: Pass, rule: Rule, incident: Incident): boolean {
  const own = incident.changes
    .map((id) => pass.durable.changes.get(id))
    .filter((change) => change?.rule === rule.name);
  const last = own.at(-1);
  if (last?.state !== 'rolled-back' || last.verdict === null) return false;
  return pass.now.wallMs - last.updatedMs < VAIN_COOLDOWNS * rule.cooldownMs;
}

export function cooldownLeftMs(pass: Pass, rule: Rule, incident: Incident): number {
  const actedMs = pass.durable.actedMs.get(cooldownKey(rule.name, incident.objectiveId));
  return actedMs === undefined ? 0 : actedMs + rule.cooldownMs - pass.now.wallMs;
}
