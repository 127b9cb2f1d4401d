import type { Change, Decision } from '../model';
import type { DurableState } from './durable';

/** The last decision on an incident stands until the next one, or until the incident is closed. */
export function keepDecision(state: DurableState, decision: Decision): DurableState {
  const decisions = new Map(state.decisions).set(decision.incident, decision);
  return { ...state, decisions };
}

/** A rule's change comes of the decision that was written right before it. */
export function assignDecision(state: DurableState, change: Change): DurableState {
  if (change.origin !== 'rule' || change.incident === null) return state;
  const decision = state.decisions.get(change.incident);
  if (decision === undefined || decision.chosen?.rule !== change.rule) return state;
  return { ...state, decisions: new Map(state.decisions).set(change.id, decision) };
}

/** Decisions go with what they are kept for. */
export function dropDecisions(state: DurableState): DurableState {
  const isKept = (id: string): boolean =>
    state.changes.has(id as Change['id']) ||
    state.incidents.get(id as Decision['incident'])?.state === 'open';
  if ([...state.decisions.keys()].every(isKept)) return state;
  const decisions = new Map([...state.decisions].filter(([id]) => isKept(id)));
  return { ...state, decisions };
}
