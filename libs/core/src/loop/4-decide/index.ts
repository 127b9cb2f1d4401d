import { isTerminal, isTouching } from '../../change';
import { type Change, type Facts, type Incident, type Mode, type Rule } from '../../model';
import { cooldownKey } from '../../state';
import { contradictionOn, diagnoseObjective, noteIncident } from '../evidence';
import type { DecisionRequest } from '../events';
import { thresholdOf, type ObjectiveState } from '../observed';
import type { Pass } from '../pass';
import { decideShadow } from '../shadow/decide';
import { ruleMode, SolverFailure } from '../guard';
import { candidatesFor } from './candidates';
import type { Candidate, Draft } from './draft';
import { escalation } from './escalation';
import { drainDrafts, restoreDrafts, requestDrafts } from './requests';

export type { Candidate, Draft } from './draft';

/** Stage 4. Chooses at most one change for each incident, and takes up what was asked for. */
export function decide(pass: Pass, requests: readonly DecisionRequest[]): readonly Draft[] {
  const drafts = requestDrafts(pass, requests);
  if (pass.observed.holdReason !== '') return drafts;
  if (!pass.looked) return drafts;
  for (const incident of worstFirst(pass)) {
    const draft = decideIncident(pass, incident);
    if (draft === null) continue;
    drafts.push(draft);
    // Incidents with one cause would ask for the same again; the next look sees what it came to.
    break;
  }
  return [...drafts, ...drainDrafts(pass), ...restoreDrafts(pass)];
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
  if (state === undefined || state.state !== 'breached') return null;
  if (openChangesOf(pass, incident).length > 0) return null;
  if (openChangeCount(pass) >= pass.env.policy.limits.maxOpenChanges)
    return noted(pass, incident, null, 'waits until other changes have settled');
  if (pass.now.monoMs < (pass.observed.searchAgainMs.get(incident.id) ?? -Infinity)) return null;
  const wrong = contradictionOn(pass, incident.objectiveId);
  if (wrong !== undefined)
    return noted(pass, incident, null, `telemetry-contradiction: ${wrong.evidence}`);
  if (isPassing(state, thresholdOf(state, pass.env.policy.detect))) return null;
  const diagnosed = diagnoseObjective(pass, incident.objectiveId);
  if (diagnosed === null) return null;
  const picked = pickOrNote(pass, incident, diagnosed.facts);
  if (picked === null) return null;
  const { rule, chosen, mode, waits } = picked;
  const note = waits === null ? '' : `escalated: ${waits}; \`weir release ${rule.name}\` ends it`;
  noteIncident(pass, incident, rule.name, note);
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

/** A method that fails ends the search for this incident, not the loop; what is in force stays. */
function pickOrNote(pass: Pass, incident: Incident, facts: Facts): Picked | null {
  try {
    return pick(pass, incident, facts);
  } catch (cause) {
    if (!(cause instanceof SolverFailure)) throw cause;
    return noted(pass, incident, null, `solver-failed: ${cause.message}`);
  }
}

interface Picked {
  readonly rule: Rule;
  readonly chosen: Candidate;
  readonly mode: Mode;
  /** Why a person has to approve it, whatever the policy says; null when it is for the policy. */
  readonly waits: string | null;
}

/**
 * The first rule whose condition holds decides. One that was tried in vain on this incident, that
 * has nothing to offer that gains enough, or that did its part and rests, gives way to the next; one
 * that may not act, or whose change is not over, does not.
 */
function pick(pass: Pass, incident: Incident, facts: Facts): Picked | null {
  let nothing: { rule: Rule | null; why: string } = {
    rule: null,
    why: 'no rule of the policy applies',
  };
  for (const rule of pass.env.policy.rules) {
    if (!rule.enter(facts)) continue;
    const waits = escalation(pass, rule, incident.objectiveId);
    const mode = ruleMode(pass, rule, incident.objectiveId);
    if (mode === 'off') return noted(pass, incident, rule, `rule ${rule.name} is off`);
    if (triedInVain(pass, rule, incident)) {
      const why = `rule ${rule.name} applies, but was tried without success`;
      if (nothing.rule === null) nothing = { rule, why };
      continue;
    }
    if (cooldownLeftMs(pass, rule, incident) > 0) {
      const why = `rule ${rule.name} is in its cool-down`;
      if (!didItsPart(pass, rule, incident)) return noted(pass, incident, rule, why);
      if (nothing.rule === null) nothing = { rule, why };
      continue;
    }
    const chosen = choose(pass, rule, incident);
    if (chosen === null) {
      const why = `rule ${rule.name} applies, but no candidate gains enough`;
      if (nothing.rule === null) nothing = { rule, why };
      continue;
    }
    if (mode !== 'observe') return { rule, chosen, mode, waits };
    decideShadow(pass, incident, rule, chosen);
    const would = `rule ${rule.name} would act, but only observes: ${chosen.predicted.explanation}`;
    return noted(pass, incident, rule, would);
  }
  const searchAgainMs = new Map(
    [...pass.observed.searchAgainMs].filter(([, atMs]) => atMs > pass.now.monoMs),
  );
  searchAgainMs.set(incident.id, pass.now.monoMs + SEARCH_AGAIN_MS);
  pass.observe({ searchAgainMs });
  return noted(pass, incident, nothing.rule, nothing.why);
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
function triedInVain(pass: Pass, rule: Rule, incident: Incident): boolean {
  const own = incident.changes
    .map((id) => pass.durable.changes.get(id))
    .filter((change) => change?.rule === rule.name);
  const last = own.at(-1);
  if (last?.state !== 'rolled-back' || last.verdict === null) return false;
  return pass.now.wallMs - last.updatedMs < VAIN_COOLDOWNS * rule.cooldownMs;
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

const openChangeCount = (pass: Pass): number =>
  [...pass.durable.changes.values()].filter((change) => isTouching(change.state)).length;

function openChangesOf(pass: Pass, incident: Incident): readonly Change[] {
  return incident.changes
    .map((id) => pass.durable.changes.get(id))
    .filter((change): change is Change => change !== undefined && !isTerminal(change.state));
}

function cooldownLeftMs(pass: Pass, rule: Rule, incident: Incident): number {
  const actedMs = pass.durable.actedMs.get(cooldownKey(rule.name, incident.objectiveId));
  return actedMs === undefined ? 0 : actedMs + rule.cooldownMs - pass.now.wallMs;
}
