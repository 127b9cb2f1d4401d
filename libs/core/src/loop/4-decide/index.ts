import type { Incident, Rule } from '../../model';
import { noteDecision } from '../decision';
import { contradictionOn, diagnoseObjective, noteIncident } from '../evidence';
import type { DecisionRequest } from '../events';
import { thresholdOf, type ObjectiveState } from '../observed';
import type { Pass } from '../pass';
import { accountOf } from './account';
import { askRules } from './ask-rules';
import type { Draft } from './draft';
import { isAwaited } from './exact';
import { standpointOf } from './experience';
import { decideForeseen } from './foreseen';
import { openChangeCount, openChangesOf } from './open-changes';
import { repeatAfterwards, repeatProved, trialOf } from './repeat';
import { drainDrafts, requestDrafts, restoreDrafts, schemeDrafts } from './requests';

export type { Candidate, Draft } from './draft';

/** Stage 4. Chooses at most one change for each incident, and takes up what was asked for. */
export function decide(pass: Pass, requests: readonly DecisionRequest[]): readonly Draft[] {
  const drafts = requestDrafts(pass, requests);
  if (pass.observed.holdReason !== '') return drafts;
  if (!pass.looked) return drafts;
  const draft = draftForWorst(pass) ?? repeatAfterwards(pass);
  if (draft !== null) drafts.push(draft);
  return [...drafts, ...drainDrafts(pass), ...schemeDrafts(pass), ...restoreDrafts(pass)];
}

/** One: incidents with one cause would ask for the same again; the next look sees what it came to. */
function draftForWorst(pass: Pass): Draft | null {
  for (const incident of worstFirst(pass)) {
    const draft = repeatProved(pass, incident) ?? decideIncident(pass, incident);
    if (draft !== null) return draft;
  }
  return null;
}

/**
 * Open incidents by the priority of their objectives, then by how far those are missed: one change
 * often helps several, and where two want opposite things the higher one is served first.
 */
function worstFirst(pass: Pass): readonly Incident[] {
  const severity = ({ objectiveId }: Incident): number => {
    const state = pass.observed.objectives.get(objectiveId);
    return state === undefined ? 0 : state.quantileMs / thresholdOf(state, pass.env.policy.detect);
  };
  const priority = ({ objectiveId }: Incident): number =>
    pass.observed.objectives.get(objectiveId)?.objective.priority ?? 0;
  return [...pass.durable.incidents.values()]
    .filter((incident) => incident.state === 'open')
    .sort((a, b) => priority(b) - priority(a) || (severity(b) || 0) - (severity(a) || 0));
}

/** A search that found nothing is not repeated for this long, ms: the averages move slowly. */
const SEARCH_AGAIN_MS = 2_000;

function decideIncident(pass: Pass, incident: Incident): Draft | null {
  if (incident.state !== 'open' || incident.diagnosis === null) return null;
  const state = pass.observed.objectives.get(incident.objectiveId);
  if (state === undefined) return null;
  const isAhead = incident.symptom === 'foreseen' && state.state !== 'breached';
  if (state.state !== 'breached' && !isAhead) return null;
  if (openChangesOf(pass, incident).length > 0) return null;
  const trial = trialOf(pass, incident);
  if (trial !== null) return noted(pass, incident, null, trial);
  if (openChangeCount(pass) >= pass.env.policy.limits.maxOpenChanges)
    return noted(pass, incident, null, 'waits until other changes have settled');
  if (pass.now.monoMs < (pass.observed.searchAgainMs.get(incident.id) ?? -Infinity)) return null;
  if (isAwaited(pass, incident.objectiveId)) return null;
  const wrong = contradictionOn(pass, incident.objectiveId);
  if (wrong !== undefined)
    return noted(pass, incident, null, `telemetry-contradiction: ${wrong.evidence}`);
  if (isAhead) {
    const draft = decideForeseen(pass, incident, state);
    if (draft === null) restSearch(pass, incident);
    return draft;
  }
  if (isPassing(state, thresholdOf(state, pass.env.policy.detect))) return null;
  const diagnosed = diagnoseObjective(pass, incident.objectiveId);
  if (diagnosed === null) return null;
  const { diagnosis, facts } = diagnosed;
  const [cause] = diagnosis.causes;
  const at = standpointOf(pass, state, cause, incident.id);
  const { picked, note, exhausted, ...asked } = askRules(pass, incident, facts, at);
  const decision = { ...accountOf(pass, incident, state, diagnosis, at), ...asked };
  if (picked === null) {
    if (exhausted) restSearch(pass, incident);
    noteDecision(pass, decision);
    return noted(pass, incident, note?.rule ?? null, note?.text ?? '');
  }
  const { rule, candidate, action, mode, waits } = picked;
  const waiting =
    waits === null ? '' : `escalated: ${waits}; \`weir release ${rule.name}\` ends it`;
  noteIncident(pass, incident, rule.name, waiting);
  const { halfLifeMs } = pass.env.policy.learning;
  return {
    origin: 'rule',
    rule: rule.name,
    incident: incident.id,
    intent: state.objective.intent,
    objectiveId: incident.objectiveId,
    action: candidate.action,
    mode,
    verify: rule.verify,
    predicted: candidate.predicted,
    cause: cause === undefined ? null : cause.name,
    decision,
    lesson: { cause: at.cause, action, context: at.context, halfLifeMs },
    times: {
      observed: incident.observedMs,
      detected: incident.detectedMs,
      diagnosed: incident.diagnosedMs ?? pass.now.wallMs,
      decided: pass.now.wallMs,
    },
    by: 'loop',
    request: null,
  };
}

function restSearch(pass: Pass, incident: Incident): void {
  const searchAgainMs = new Map(
    [...pass.observed.searchAgainMs].filter(([, atMs]) => atMs > pass.now.monoMs),
  );
  searchAgainMs.set(incident.id, pass.now.monoMs + SEARCH_AGAIN_MS);
  pass.observe({ searchAgainMs });
}

/** Ticks of which none may be bad for the breach to be over. */
const PASSING_SAMPLES = 2;

/**
 * The window remembers a breach after its cause has gone; whoever acts on the memory treats a
 * cause that is not there. The latest samples alone tell whether it still hurts.
 */
function isPassing({ samples }: ObjectiveState, thresholdMs: number): boolean {
  const latest = samples.slice(-PASSING_SAMPLES);
  return latest.length > 0 && latest.every((sample) => sample.quantileMs <= thresholdMs);
}

function noted(pass: Pass, incident: Incident, rule: Rule | null, note: string): null {
  noteIncident(pass, incident, rule === null ? null : rule.name, note);
  return null;
}
