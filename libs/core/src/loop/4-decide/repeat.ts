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
  const proved = changes.find(
    ({ id, switchback, updatedMs, verify }) =>
      switchback?.outcome === 'proved' &&
      pass.now.wallMs - updatedMs < PROOF_AGE * verify.maxMs &&
      !changes.some(({ repeats }) => repeats === id),
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

const changesOf = (pass: Pass, incident: Incident): readonly Change[] =>
  incident.changes.flatMap((id) => pass.durable.changes.get(id) ?? []);
