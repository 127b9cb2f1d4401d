import { isTerminal } from '../../change';
import { CAUSE_DEFAULTS, type Diagnosis, type Incident } from '../../model';
import { diagnoseObjective } from '../evidence';
import type { Pass } from '../pass';

/** Stage 3. Ranks the causes of each open incident and says so when the picture changed. */
export function diagnose(pass: Pass): void {
  if (pass.observed.holdReason !== '' || !pass.looked) return;
  const { leadRatio } = pass.env.policy.detect.causes ?? CAUSE_DEFAULTS;
  for (const incident of pass.durable.incidents.values()) {
    if (incident.state !== 'open' || hasOpenChange(pass, incident)) continue;
    // While it clears, the signals of the cause fade; what was found during the breach stands.
    if (pass.observed.objectives.get(incident.objectiveId)?.state !== 'breached') continue;
    const diagnosed = diagnoseObjective(pass, incident.objectiveId);
    if (diagnosed === null) continue;
    if (!isNews(incident.diagnosis, diagnosed.diagnosis, leadRatio)) continue;
    pass.record({
      kind: 'incident-diagnosed',
      id: incident.id,
      diagnosis: diagnosed.diagnosis,
      rule: incident.rule,
      note: incident.note,
    });
  }
}

/** Whether another cause leads now: not by a little, and not because signals fade. */
function isNews(before: Diagnosis | null, now: Diagnosis, leadRatio: number): boolean {
  const [leading] = now.causes;
  const named = before?.causes[0]?.name;
  if (named === undefined || leading === undefined) return before === null;
  // Where it is may be known only later.
  if (leading.name === named) return leading.at !== '' && before?.causes[0]?.at === '';
  const still = now.causes.find((cause) => cause.name === named)?.score ?? 0;
  // Nothing on the paths explains it now: what was found while there was something stands.
  const innocent = leading.name === 'not-the-network' || leading.name === 'host-limited';
  const found = !['not-the-network', 'host-limited', 'unknown'].includes(named);
  return leading.score > still + leadRatio && !(innocent && found);
}

function hasOpenChange(pass: Pass, incident: Incident): boolean {
  return incident.changes.some((id) => {
    const change = pass.durable.changes.get(id);
    return change !== undefined && !isTerminal(change.state);
  });
}
