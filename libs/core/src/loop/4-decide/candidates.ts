import type { Action, Change, Incident, Rule } from '../../model';
import type { Pass } from '../pass';
import { evidenceFor, type Evidence } from '../evidence';
import { isUndone } from '../standing';
import { bufferCandidate } from './buffer';
import type { Candidate } from './draft';
import { ecnCandidate } from './ecn';
import { rerouteCandidate } from './reroute';

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
    actionOf(pass, rule, evidence),
  ];
  return candidates.filter((item): item is Candidate => item !== null);
}

function actionOf(pass: Pass, rule: Rule, evidence: Evidence): Candidate | null {
  switch (rule.action.type) {
    case 'reroute':
      return rerouteCandidate(pass, rule.action, evidence);
    case 'buffer':
      return bufferCandidate(pass, rule.action, evidence);
    case 'ecn':
      return ecnCandidate(pass, rule.action, evidence);
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
