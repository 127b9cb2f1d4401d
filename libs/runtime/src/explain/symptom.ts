import type { Diagnosis, Incident } from '@weir/core/model';
import type { DiagnosedCause, Symptom } from './explanation';
import type { Story } from './story';

/** What was seen, and against which limit. */
export function symptomOf(story: Story, incident: Incident): Symptom {
  const slo = diagnosisOf(story)?.facts.slo;
  return {
    incident: incident.id,
    objectiveId: incident.objectiveId,
    metric: slo?.metric ?? null,
    figureMs: incident.degradedQuantileMs,
    thresholdMs: slo?.thresholdMs ?? null,
    healthyMs: incident.healthyQuantileMs,
    observedMs: incident.observedMs,
    detectedMs: incident.detectedMs,
  };
}

/** What was diagnosed before the change was made; the latest diagnosis for an incident. */
export function causeOf(story: Story): DiagnosedCause | null {
  const diagnosis = diagnosisOf(story);
  const [first, ...others] = diagnosis?.causes ?? [];
  if (diagnosis === null || first === undefined) return null;
  return {
    ...first,
    diagnosedMs: diagnosis.atMs,
    rejected: others.map((cause) => ({
      ...cause,
      why:
        `scored ${cause.score.toFixed(2)}, ` +
        (cause.score < first.score
          ? `${(first.score - cause.score).toFixed(2)} less than ${first.name}`
          : `no less than ${first.name}, but ranked behind it`),
    })),
  };
}

function diagnosisOf({ change, incident, records }: Story): Diagnosis | null {
  if (change === null) return incident?.diagnosis ?? null;
  let latest: Diagnosis | null = null;
  for (const { body } of records) {
    if (body.kind === 'change-proposed' && body.change.id === change.id) break;
    if (body.kind === 'incident-diagnosed') latest = body.diagnosis;
  }
  return latest ?? incident?.diagnosis ?? null;
}
