import { isTerminal } from '../../change';
import type { Incident } from '../../model';
import { diagnoseObjective } from '../evidence';
import type { Pass } from '../pass';

/** Stage 3. Ranks the causes of each open incident and says so when the picture changed. */
export function diagnose(pass: Pass): void {
  if (pass.observed.holdReason !== '') return;
  for (const incident of pass.durable.incidents.values()) {
    if (incident.state !== 'open' || hasOpenChange(pass, incident)) continue;
    // While it clears, the signals of the cause fade; what was found during the breach stands.
    if (pass.observed.objectives.get(incident.objectiveId)?.state !== 'breached') continue;
    const diagnosed = diagnoseObjective(pass, incident.objectiveId);
    if (diagnosed === null) continue;
    const cause = diagnosed.diagnosis.causes[0]?.name;
    if (incident.diagnosis !== null && incident.diagnosis.causes[0]?.name === cause) continue;
    pass.record({
      kind: 'incident-diagnosed',
      id: incident.id,
      diagnosis: diagnosed.diagnosis,
      rule: incident.rule,
      note: incident.note,
    });
  }
}

function hasOpenChange(pass: Pass, incident: Incident): boolean {
  return incident.changes.some((id) => {
    const change = pass.durable.changes.get(id);
    return change !== undefined && !isTerminal(change.state);
  });
}
