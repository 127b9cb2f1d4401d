import type { Cause, Diagnosis, Incident } from '@weir/core/model';
import type { DiagnosedCause, NamedCause, Symptom } from './explanation';
import type { Story } from './story';

/** What was seen, and against which limit. */
export function symptomOf(story: Story, incident: Incident): Symptom {
  const slo = diagnosisOf(story)?.facts.slo;
  const { heldAgainst } = incident;
  return {
    incident: incident.id,
    // An incident of this version says what it is held against; its symptom is left out where it
    // is the latency that was looked at first.
    kind: incident.symptom ?? (heldAgainst === undefined ? null : 'latency'),
    objectiveId: incident.objectiveId,
    metric: heldAgainst?.metric ?? slo?.metric ?? null,
    quantile: heldAgainst?.quantile ?? story.decision?.quantile ?? null,
    figureMs: incident.degradedQuantileMs,
    thresholdMs: heldAgainst?.thresholdMs ?? slo?.thresholdMs ?? null,
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
    ...named(first),
    diagnosedMs: diagnosis.atMs,
    rejected: others.map((cause) => ({ ...named(cause), why: whyNot(cause, first) })),
    ruledOut: diagnosis.rejected ?? null,
  };
}

const named = ({ name, score, at, evidence, probability, parts }: Cause): NamedCause => ({
  ...{ name, score, at, evidence },
  probability: probability ?? null,
  parts: parts ?? null,
});

const whyNot = (cause: Cause, first: Cause): string =>
  `scored ${cause.score.toFixed(2)}, ` +
  (cause.score < first.score
    ? `${(first.score - cause.score).toFixed(2)} less than ${first.name}`
    : `no less than ${first.name}, but ranked behind it`);

/**
 * The diagnosis that stood when the change was made. Where the decision was taken on another cause
 * than the one on the incident, what the decision says of its causes goes before it.
 */
function diagnosisOf({ change, incident, records, decision }: Story): Diagnosis | null {
  const noted = change === null ? (incident?.diagnosis ?? null) : beforeThe(change.id, records);
  const standing = noted ?? incident?.diagnosis ?? null;
  if (decision === null || change === null) return standing;
  const { causes, rejected, facts, atMs } = decision;
  if (standing !== null && standing.causes[0]?.name === causes[0]?.name) return standing;
  return { atMs, causes, rejected, facts };
}

function beforeThe(change: string, records: Story['records']): Diagnosis | null {
  let latest: Diagnosis | null = null;
  for (const { body } of records) {
    if (body.kind === 'change-proposed' && body.change.id === change) break;
    if (body.kind === 'incident-diagnosed') latest = body.diagnosis;
    // Opened on a forecast it comes with its diagnosis.
    if (body.kind === 'incident-opened') latest = body.incident.diagnosis;
  }
  return latest;
}
