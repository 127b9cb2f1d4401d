import type { ForeseenLoad, Incident, RouteWeights } from '../../model';
import { noteDecision } from '../decision';
import { diagnoseObjective, noteIncident } from '../evidence';
import {
  exposureOf,
  foreseeing,
  foretoldLoad,
  futurePass,
  hottestAhead,
  hurtfulExposure,
  NO_EXPERIENCE,
} from '../forecast';
import { routingOf } from '../network';
import type { ObjectiveState } from '../observed';
import type { Pass } from '../pass';
import { accountOf } from './account';
import { askRules } from './ask-rules';
import type { Draft } from './draft';
import { standpointOf } from './experience';

const percent = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`;

/**
 * A change before the breach. It is only made when the lower end of the interval would hurt the
 * objective too, and when what it gains under that lower demand is enough for the rule; so that one
 * in twenty is needless at the most, as often as less comes than the interval says.
 */
export function decideForeseen(
  pass: Pass,
  incident: Incident,
  state: ObjectiveState,
): Draft | null {
  const worlds = worldsOf(pass, state);
  if (worlds === null) return null;
  const note = (text: string, rule: Draft['rule'] = null): null => {
    noteIncident(pass, incident, rule, text);
    return null;
  };
  const { load, seen, lowerExposure, likely, lower } = worlds;
  if (!(lowerExposure >= load.hurtsFromRatio))
    return note(
      `foreseen: ${seen}; with the least of it the exposure is ${percent(lowerExposure)}, which ` +
        `does not hurt (from ${percent(load.hurtsFromRatio)} on it does), so nothing is done yet`,
    );
  const diagnosed = diagnoseObjective(likely, incident.objectiveId);
  if (diagnosed === null) return null;
  const [cause] = diagnosed.diagnosis.causes;
  const at = standpointOf(pass, state, cause, incident.id);
  const { picked, note: why, rules, chosen } = askRules(lower, incident, diagnosed.facts, at);
  for (const body of lower.records) pass.record(body);
  const account = accountOf(pass, incident, state, diagnosed.diagnosis, at);
  const decision = { ...account, rules, chosen };
  if (picked === null) {
    noteDecision(pass, decision);
    return note(`foreseen: ${seen}; ${why?.text ?? ''}`, why?.rule?.name ?? null);
  }
  const { rule, candidate, mode, waits } = picked;
  const { action, predicted } = candidate;
  if (action.type !== 'reroute') return note(`foreseen: ${seen}; no routes would help`, rule.name);
  note(
    waits === null
      ? `foreseen: ${seen}`
      : `escalated: ${waits}; \`weir release ${rule.name}\` ends it`,
    rule.name,
  );
  const explanation = `foreseen: ${seen}; ${predicted.explanation}`;
  return {
    origin: 'rule',
    rule: rule.name,
    incident: incident.id,
    intent: state.objective.intent,
    objectiveId: incident.objectiveId,
    action,
    mode,
    verify: rule.verify,
    predicted: { ...predicted, explanation },
    cause: cause === undefined ? null : cause.name,
    decision,
    foreseen: { ...load, before: presentRoutes(pass, action.routes) },
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

interface Worlds {
  readonly load: Omit<ForeseenLoad, 'before'>;
  readonly seen: string;
  readonly lowerExposure: number;
  readonly likely: Pass;
  /** Only with the rules that foresee. */
  readonly lower: Pass;
}

function worldsOf(pass: Pass, state: ObjectiveState): Worlds | null {
  const { forecast } = pass.observed;
  const { objective } = state;
  if (forecast?.foresights.has(objective.id) !== true) return null;
  const hurtsFromRatio = hurtfulExposure(forecast.experience.get(objective.id) ?? NO_EXPERIENCE);
  // The one that is most certain to become hot: by it is told whether what was foreseen came.
  const ahead = hottestAhead(pass, objective, 'lower');
  const [likely, lower] = [futurePass(pass, state, 'value'), futurePass(pass, state, 'lower')];
  const horizonMs = forecast.summary?.horizonMs;
  if (hurtsFromRatio === null || ahead === null || horizonMs === undefined) return null;
  if (likely === null || lower === null) return null;
  const { channel, next } = ahead;
  const lowerRatio = Math.max(0, next.lower);
  return {
    load: {
      channel,
      lowerRatio,
      valueRatio: next.value,
      upperRatio: next.upper,
      dueMs: pass.now.wallMs + horizonMs,
      horizonMs,
      hurtsFromRatio,
    },
    seen:
      `${channel} at ${percent(next.value)} (${percent(lowerRatio)} to ${percent(next.upper)}) ` +
      `in ${Math.round(horizonMs / 1000)} s`,
    lowerExposure: exposureOf(pass, objective, foretoldLoad(forecast.series, 'lower')),
    likely,
    // Nobody waits for an exact solution of what is only foreseen.
    lower: lower.under({ ...lower.env, policy: foreseeing(lower.env.policy), exactLimitMs: 0 }),
  };
}

/** The weights that the change replaces: what the links would carry without it. */
function presentRoutes(pass: Pass, routes: readonly RouteWeights[]): readonly RouteWeights[] {
  const model = routingOf(pass);
  return routes.map(({ device, prefix }) => ({
    device,
    prefix,
    weights: Object.fromEntries(
      model.nextHops(device, prefix).map((hop) => [hop.interface, hop.weight]),
    ),
  }));
}
