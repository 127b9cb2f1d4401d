import { isTerminal } from '../../change';
import type { Change, Incident } from '../../model';
import { isOnTrial } from '../../state';
import type { Pass } from '../pass';
import { ruleMode } from '../guard';
import type { Draft } from './draft';

/** How old a proof may be, in times of the longest verification. */
const PROOF_AGE = 2;

/** Why the incident waits: a change for it was taken back, and what that shows is being measured. */
export function trialOf(pass: Pass, incident: Incident): string | null {
  const change = changesOf(pass, incident).find(
    (item) => item.state === 'rolled-back' && isOnTrial(item),
  );
  return change === undefined ? null : `${change.id} was taken back to see whether it had helped`;
}

/**
 * The change that going back proved, made once more: the same action with the same prediction, as a
 * change of its own that all guards and stages look at.
 */
export function repeatProved(pass: Pass, incident: Incident): Draft | null {
  const changes = changesOf(pass, incident);
  const repeated = new Set([...pass.durable.changes.values()].map(({ repeats }) => repeats));
  const proved = changes.find(
    ({ id, switchback, updatedMs, verify }) =>
      switchback?.outcome === 'proved' &&
      pass.now.wallMs - updatedMs < PROOF_AGE * verify.maxMs &&
      !repeated.has(id),
  );
  const rule = pass.env.policy.rules.find(({ name }) => name === proved?.rule);
  if (proved === undefined || rule === undefined) return null;
  if (changes.some(({ state }) => !isTerminal(state))) return null;
  const { action, objectiveId, intent, cause, plan, lesson } = proved;
  return {
    origin: 'rule',
    rule: rule.name,
    incident: incident.id,
    intent,
    objectiveId,
    action,
    mode: ruleMode(pass, rule, incident.objectiveId),
    verify: proved.verify,
    predicted: plan.predicted,
    cause,
    ...(lesson === undefined ? {} : { lesson }),
    repeats: proved.id,
    times: {
      observed: incident.observedMs,
      detected: incident.detectedMs,
      decided: pass.now.wallMs,
    },
    by: `loop: ${proved.id} again, which going back proved`,
    request: null,
  };
}

/**
 * The same where the incident was over before the trial began and going back opened no other: the
 * objective is worse without the change all the same, only not missed (a baseline follows it).
 */
export function repeatAfterwards(pass: Pass): Draft | null {
  const { changes, incidents } = pass.durable;
  const troubled = new Set(
    [...incidents.values()].flatMap((item) => (item.state === 'open' ? [item.objectiveId] : [])),
  );
  for (const { switchback, incident: id } of changes.values()) {
    if (switchback?.outcome !== 'proved' || id === null) continue;
    const incident = incidents.get(id);
    if (incident === undefined || troubled.has(incident.objectiveId)) continue;
    if (!pass.observed.objectives.has(incident.objectiveId)) continue;
    const draft = repeatProved(pass, incident);
    if (draft !== null) return draft;
  }
  return null;
}

/**
 * Changes of the incident, and those of its objective that were on trial: where the objective was met
 * again before the trial began, going back opens another incident.
 */
function changesOf(pass: Pass, { id, changes, objectiveId }: Incident): readonly Change[] {
  const own = new Set(changes);
  return [...pass.durable.changes.values()].filter(
    (change) =>
      own.has(change.id) ||
      change.incident === id ||
      (change.objectiveId === objectiveId && change.verdict?.switchback === true),
  );
}
