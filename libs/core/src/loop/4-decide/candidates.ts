import type { Action, Change, Incident, Rule } from '../../model';
import type { Pass } from '../pass';
import { evidenceFor, type Evidence } from '../evidence';
import { isUndone } from '../standing';
import { avoidCandidate } from './avoid';
import { bufferCandidate } from './buffer';
import type { Candidate } from './draft';
import { ecnCandidate } from './ecn';
import { equalCandidate, failuresAround, MANY_FAILURES } from './equal';
import { placementCandidate } from './placement';
import { rerouteCandidate } from './reroute';
import { schedulerCandidate } from './scheduler';

/**
 * What could be done about an incident under a rule. Doing nothing is always among the choices (it
 * gains zero), and so is undoing the last change where that change made things worse.
 */
export function candidatesFor(pass: Pass, rule: Rule, incident: Incident): readonly Candidate[] {
  const state = pass.observed.objectives.get(incident.objectiveId);
  if (state === undefined) return [];
  const evidence = evidenceFor(pass, state);
  const candidates: (Candidate | null)[] = [
    DO_NOTHING,
    undoCandidate(pass, evidence),
    ...actionsOf(pass, rule, evidence),
  ];
  return candidates.filter((item): item is Candidate => item !== null && isForetold(item));
}

/** A prediction that rests on an unknown figure is none, and could not be written down. */
const isForetold = ({ predicted }: Candidate): boolean =>
  Number.isFinite(predicted.gainRatio) && Number.isFinite(predicted.uncertaintyRatio);

function actionsOf(pass: Pass, rule: Rule, evidence: Evidence): readonly (Candidate | null)[] {
  const { action } = rule;
  switch (action.type) {
    case 'reroute': {
      const failures = failuresAround(pass, evidence);
      if (failures.length >= MANY_FAILURES) return [equalCandidate(pass, evidence, failures)];
      const levelled = rerouteCandidate(pass, action, evidence);
      // A few prefixes of the workload's own are the smaller change; where moving them does not
      // help, or where the workload is the whole fabric, everybody's prefixes are looked at.
      if (levelled !== null && levelled.predicted.gainRatio <= -rule.verify.minGainRatio)
        return [levelled];
      return [placementCandidate(pass, action.targetUtilizationRatio, evidence)];
    }
    case 'placement': {
      const failures = failuresAround(pass, evidence);
      if (failures.length >= MANY_FAILURES) return [equalCandidate(pass, evidence, failures)];
      return [placementCandidate(pass, action.targetUtilizationRatio, evidence)];
    }
    case 'avoid':
      return [avoidCandidate(pass, evidence)];
    case 'buffer':
      return [bufferCandidate(pass, action, evidence)];
    case 'ecn':
      return [ecnCandidate(pass, action, evidence)];
    case 'scheduler':
      return [schedulerCandidate(pass, action, evidence)];
  }
}

const DO_NOTHING: Candidate = {
  action: { type: 'reroute', routes: [] } satisfies Action,
  predicted: {
    gainRatio: 0,
    uncertaintyRatio: 0,
    maxUtilizationBefore: 0,
    maxUtilizationAfter: 0,
    explanation: 'do nothing',
  },
};

/** How long after a kept change a new breach of its own objective is laid at its door, ms. */
const BLAME_MS = 120_000;

/** A change that was kept shortly before its own objective broke again is the first suspect. */
function undoCandidate(pass: Pass, evidence: Evidence): Candidate | null {
  const { id } = evidence.state.objective;
  let last: Change | null = null;
  for (const change of pass.durable.changes.values())
    if (change.state === 'confirmed' && change.objectiveId === id && change.action.type !== 'undo')
      last = change;
  if (last === null || pass.now.wallMs - last.updatedMs > BLAME_MS) return null;
  if (last.verdict === null || evidence.state.quantileMs <= last.verdict.beforeMs) return null;
  if (isUndone(pass, last)) return null;
  const gainRatio = last.verdict.beforeMs / evidence.state.quantileMs - 1;
  return {
    action: { type: 'undo', changeId: last.id },
    predicted: {
      gainRatio,
      uncertaintyRatio: Math.abs(gainRatio),
      maxUtilizationBefore: 0,
      maxUtilizationAfter: 0,
      explanation: `${last.id} was kept shortly before, and it is worse now than before it`,
    },
  };
}
