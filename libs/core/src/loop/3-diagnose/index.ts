import type { Diagnosis, Facts, Incident, RecordedFacts, RuleName } from '../../model';
import type { Pass } from '../pass';
import { rankCauses } from './causes';
import { evidenceFor, factsFrom } from './facts';

/** Stage 3. Ranks the causes of each open incident and says so when the picture changed. */
export function diagnose(pass: Pass): void {
  if (pass.observed.holdReason !== '') return;
  for (const incident of pass.durable.incidents.values()) {
    if (incident.state !== 'open' || hasOpenChange(pass, incident)) continue;
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

export interface Diagnosed {
  readonly diagnosis: Diagnosis;
  readonly facts: Facts;
}

export function diagnoseObjective(pass: Pass, objectiveId: string): Diagnosed | null {
  const state = pass.observed.objectives.get(objectiveId);
  if (state === undefined || pass.observed.frame === null) return null;
  const evidence = evidenceFor(pass, state);
  const causes = rankCauses(evidence);
  const facts = factsFrom(evidence, causes);
  return { facts, diagnosis: { atMs: pass.now.wallMs, causes, facts: recordedFacts(facts) } };
}

/** Says once why an incident is as it is; repeated only when the words change. */
export function noteIncident(pass: Pass, incident: Incident, rule: RuleName | null, note: string): void {
  const current = pass.durable.incidents.get(incident.id) ?? incident;
  if (current.diagnosis === null || (current.note === note && current.rule === rule)) return;
  pass.record({ kind: 'incident-diagnosed', id: incident.id, diagnosis: current.diagnosis, rule, note });
}

function hasOpenChange(pass: Pass, incident: Incident): boolean {
  const ended = ['confirmed', 'rolled-back', 'rejected', 'expired', 'superseded', 'stuck'];
  return incident.changes.some((id) => {
    const change = pass.durable.changes.get(id);
    return change !== undefined && !ended.includes(change.state);
  });
}

/** JSON has no NaN: unknown becomes null. */
function recordedFacts(facts: Facts): RecordedFacts {
  return JSON.parse(JSON.stringify(facts)) as RecordedFacts;
}
