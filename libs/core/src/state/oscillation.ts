import type { Change, ChangeId } from '../model';
import { cooldownKey } from './cooldown';
import type { DurableState } from './durable';
import { LIMITS } from './limits';

/** Key of a leaf over all devices; device names hold no slash and paths begin with one. */
export const leafKey = (device: string, path: string): string => `${device}${path}`;

/**
 * Remembers a settled change for the guards against oscillation, and counts what was undone for
 * the escalation. Kept apart from the changes, which are forgotten sooner.
 */
export function rememberEnd(state: DurableState, change: Change, atMs: number): DurableState {
  const measured = change.state === 'rolled-back' && change.verdict !== null;
  if (change.state !== 'confirmed' && !measured) return state;
  return countUndone(rememberLeaves(state, change, atMs), change, atMs);
}

function rememberLeaves(state: DurableState, change: Change, atMs: number): DurableState {
  const automatic =
    change.origin === 'rule' || (change.origin === 'intent' && change.action.type === 'undo');
  if (!automatic) return state;
  const kept = change.state === 'confirmed';
  const written = new Map(state.written);
  for (const { device, leaves } of change.plan.diffs)
    for (const leaf of leaves) {
      const key = leafKey(device, leaf.path);
      // Rolled back, the values of the change are those that were replaced.
      const value = kept ? leaf.before : leaf.after;
      const replaced = [
        ...(written.get(key)?.replaced ?? []),
        { changeId: change.id, atMs, value },
      ];
      // Written anew it becomes the newest of all, and the oldest is dropped first.
      written.delete(key);
      const remembered = replaced.slice(-LIMITS.replacedValues);
      written.set(key, { changeId: change.id, atMs, replaced: remembered });
    }
  for (const key of written.keys()) {
    if (written.size <= LIMITS.writtenLeaves) break;
    written.delete(key);
  }
  return { ...state, written };
}

/** Measured and not kept, or kept and taken back by the loop or by a person: it did not help. */
function countUndone(state: DurableState, change: Change, atMs: number): DurableState {
  const undone = change.state === 'rolled-back' ? change : takenBack(state, change);
  if (undone === undefined || undone.origin !== 'rule' || undone.action.type === 'undo')
    return state;
  const key = cooldownKey(undone.rule, undone.objectiveId);
  const times = [...(state.undoneMs.get(key) ?? []), atMs].slice(-LIMITS.undoneRemembered);
  const undoneMs = new Map(state.undoneMs);
  undoneMs.delete(key);
  undoneMs.set(key, times);
  const [oldest] = undoneMs.keys();
  if (undoneMs.size > LIMITS.undoneRules && oldest !== undefined) undoneMs.delete(oldest);
  return { ...state, undoneMs };
}

/** A lease that ran out, or an intent that is gone, says nothing about whether the change helped. */
function takenBack(state: DurableState, { action, origin }: Change): Change | undefined {
  if (action.type !== 'undo' || origin === 'intent') return undefined;
  return state.changes.get(action.changeId as ChangeId);
}

/** From here on the rule waits for a person on the objective. */
export function escalate(state: DurableState, key: string, reason: string): DurableState {
  return { ...state, escalated: new Map(state.escalated).set(key, reason) };
}

/** A person looked at it: the count begins again. */
export function release(state: DurableState, key: string): DurableState {
  const escalated = new Map(state.escalated);
  const undoneMs = new Map(state.undoneMs);
  escalated.delete(key);
  undoneMs.delete(key);
  return { ...state, escalated, undoneMs };
}
