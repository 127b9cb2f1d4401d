import type {
  Cause,
  Diagnosis,
  Facts,
  Incident,
  RecordedFacts,
  RuleName,
  SymptomKind,
} from '../../model';
import { forecastFacts } from '../forecast';
import type { Contradiction } from '../observed';
import type { Pass } from '../pass';
import { rankCauses } from './causes';
import { contradictionOn } from './cross-check';
import { factsFrom } from './facts';
import { evidenceFor } from './gather';
import { isPremature } from './premature';
import { withProbabilities } from './probability';
import { rejectedCauses } from './rejected';

export interface Diagnosed {
  readonly diagnosis: Diagnosis;
  readonly facts: Facts;
}

/** Null while too little is known, or while what is known says too little as yet. */
export function diagnoseObjective(pass: Pass, objectiveId: string): Diagnosed | null {
  const state = pass.observed.objectives.get(objectiveId);
  if (state === undefined || pass.observed.frame === null) return null;
  const evidence = evidenceFor(pass, state);
  const wrong = contradictionOn(pass, objectiveId);
  const causes = wrong === undefined ? rankCauses(evidence) : undecidable(wrong);
  if (wrong === undefined && isPremature(pass, evidence, causes)) return null;
  const facts = factsFrom(
    evidence,
    causes,
    forecastFacts(pass, state.objective),
    symptomOf(pass, objectiveId),
  );
  const rejected = wrong === undefined ? rejectedCauses(evidence, causes) : [];
  const atMs = pass.now.wallMs;
  return { facts, diagnosis: { atMs, causes, rejected, facts: recordedFacts(facts) } };
}

/** Of the open incident; none where nothing opened one. */
function symptomOf({ durable }: Pass, objectiveId: string): SymptomKind | undefined {
  for (const incident of durable.incidents.values())
    if (incident.state === 'open' && incident.objectiveId === objectiveId)
      return incident.symptom ?? 'latency';
  return undefined;
}

/** From counters that cannot all be true no cause is concluded, nor that there is none. */
const undecidable = ({ devices, evidence }: Contradiction): readonly Cause[] =>
  withProbabilities([
    { name: 'unknown', score: 0, at: devices.join(' or '), evidence: [evidence] },
  ]);

/** Says once why an incident is as it is; figures in the words do not make them new. */
export function noteIncident(
  pass: Pass,
  incident: Incident,
  rule: RuleName | null,
  note: string,
): void {
  const current = pass.durable.incidents.get(incident.id) ?? incident;
  if (current.diagnosis === null || (sameWords(current.note, note) && current.rule === rule))
    return;
  pass.record({
    kind: 'incident-diagnosed',
    id: incident.id,
    diagnosis: current.diagnosis,
    rule,
    note,
  });
}

const sameWords = (a: string, b: string): boolean =>
  a.replace(/[\d.]+/g, '#') === b.replace(/[\d.]+/g, '#');

/** JSON has no NaN: unknown becomes null. */
function recordedFacts(facts: Facts): RecordedFacts {
  return JSON.parse(JSON.stringify(facts)) as RecordedFacts;
}
