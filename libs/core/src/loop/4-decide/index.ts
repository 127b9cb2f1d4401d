import { isTerminal } from '../../change';
import { stricterMode, type Change, type Incident, type Rule } from '../../model';
import { cooldownKey } from '../../state';
import { diagnoseObjective, noteIncident } from '../evidence';
import type { DecisionRequest } from '../events';
import { thresholdOf, type ObjectiveState } from '../observed';
import type { Pass } from '../pass';
import { candidatesFor } from './candidates';
import type { Draft } from './draft';
import { drainDrafts, restoreDrafts, requestDrafts } from './requests';

export type { Candidate, Draft } from './draft';

/** Stage 4. Chooses at most one change for each incident, and takes up what was asked for. */
export function decide(pass: Pass, requests: readonly DecisionRequest[]): readonly Draft[] {
  const drafts = requestDrafts(pass, requests);
  if (pass.observed.holdReason !== '') return drafts;
  for (const incident of pass.durable.incidents.values()) {
    const draft = decideIncident(pass, incident);
    if (draft !== null) drafts.push(draft);
  }
  return [...drafts, ...drainDrafts(pass), ...restoreDrafts(pass)];
}

function decideIncident(pass: Pass, incident: Incident): Draft | null {
  if (incident.state !== 'open' || incident.diagnosis === null) return null;
  const state = pass.observed.objectives.get(incident.objectiveId);
  if (state === undefined || state.state !== 'breached') return null;
  if (openChangesOf(pass, incident).length > 0) return null;
  if (isPassing(state, thresholdOf(state, pass.env.policy.detect))) return null;
  const diagnosed = diagnoseObjective(pass, incident.objectiveId);
  if (diagnosed === null) return null;
  const rule = pass.env.policy.rules.find((item) => item.enter(diagnosed.facts));
  if (rule === undefined) return noted(pass, incident, null, 'no rule of the policy applies');
  const mode = stricterMode(rule.mode, pass.durable.ruleModes.get(rule.name) ?? rule.mode);
  if (mode === 'off') return noted(pass, incident, rule, `rule ${rule.name} is off`);
  const waitMs = cooldownLeftMs(pass, rule, incident);
  if (waitMs > 0) return noted(pass, incident, rule, `rule ${rule.name} is in its cool-down`);
  const chosen = choose(pass, rule, incident);
  if (chosen === null)
    return noted(pass, incident, rule, `rule ${rule.name} applies, but no candidate gains enough`);
  if (mode === 'observe')
    return noted(
      pass,
      incident,
      rule,
      `rule ${rule.name} would act, but only observes: ${chosen.predicted.explanation}`,
    );
  noteIncident(pass, incident, rule.name, '');
  const cause = diagnosed.diagnosis.causes[0];
  return {
    origin: 'rule',
    rule: rule.name,
    incident: incident.id,
    intent: state.objective.intent,
    objectiveId: incident.objectiveId,
    action: chosen.action,
    mode,
    verify: rule.verify,
    predicted: chosen.predicted,
    cause: cause === undefined ? null : cause.name,
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

/** Doing nothing gains nothing; a candidate has to beat it by the rule's smallest gain. */
function choose(pass: Pass, rule: Rule, incident: Incident) {
  const candidates = candidatesFor(pass, rule, incident);
  const best = candidates.reduce<(typeof candidates)[number] | null>(
    (top, item) =>
      top === null || item.predicted.gainRatio < top.predicted.gainRatio ? item : top,
    null,
  );
  return best !== null && best.predicted.gainRatio <= -rule.verify.minGainRatio ? best : null;
}

function noted(pass: Pass, incident: Incident, rule: Rule | null, note: string): null {
  noteIncident(pass, incident, rule === null ? null : rule.name, note);
  return null;
}

function openChangesOf(pass: Pass, incident: Incident): readonly Change[] {
  return incident.changes
    .map((id) => pass.durable.changes.get(id))
    .filter((change): change is Change => change !== undefined && !isTerminal(change.state));
}

function cooldownLeftMs(pass: Pass, rule: Rule, incident: Incident): number {
  const actedMs = pass.durable.actedMs.get(cooldownKey(rule.name, incident.objectiveId));
  return actedMs === undefined ? 0 : actedMs + rule.cooldownMs - pass.now.wallMs;
}
