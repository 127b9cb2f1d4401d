import { isTerminal } from '../../change';
import type { Change, ChangeId } from '../../model';
import type { Pass } from '../pass';
import { followShadows } from '../shadow';
import { confirm } from './confirm';
import { renewLeases } from './leases';
import { rollBack } from './roll-back';

/** Stage 8. Keeps or undoes what was measured, and proves either on every device. */
export function settle(pass: Pass): void {
  for (const { id } of pass.durable.changes.values()) {
    const change = pass.durable.changes.get(id);
    if (change?.state === 'applied' || change?.state === 'verifying') judge(pass, change);
    const judged = pass.durable.changes.get(id);
    if (judged?.state === 'confirming') confirm(pass, judged);
    const confirmed = pass.durable.changes.get(id);
    if (confirmed?.state === 'rolling-back') rollBack(pass, confirmed);
  }
  renewLeases(pass);
  followShadows(pass);
  forget(pass);
}

function judge(pass: Pass, change: Change): void {
  const { verdict } = change;
  const times = { verified: pass.now.wallMs };
  const turned = { ...times, reverting: pass.now.wallMs };
  if (verdict !== null && change.state === 'verifying') {
    const why = `${verdict.verdict}: ${verdict.evidence.at(-1) ?? ''}`;
    const kept = keeps(change);
    pass.transition(change, kept ? 'keep' : 'undo', why, kept ? times : turned);
    return;
  }
  if (
    change.deadlineMs !== null &&
    pass.now.wallMs >= change.deadlineMs - pass.env.operationTimeoutMs
  )
    pass.transition(change, 'abort', 'no verdict before the deadline', turned);
}

/** The loop's own changes must have helped; what people asked for must only not have harmed. */
function keeps(change: Change): boolean {
  const verdict = change.verdict?.verdict;
  return change.origin === 'rule' ? verdict === 'improved' : verdict !== 'harmed';
}

/** Volatile notes of changes that have ended are of no more use. */
function forget(pass: Pass): void {
  const { verifications, switchbacks, proofs, retryAtMs, lateUntilMs } = pass.observed;
  const isOver = (id: string): boolean => {
    const state = pass.durable.changes.get(id as ChangeId)?.state;
    return state === undefined || isTerminal(state);
  };
  const ofChange = (key: string): boolean => isOver(key.slice(0, key.indexOf('/')));
  const kept = {
    verifications: without(verifications, isOver),
    switchbacks: without(switchbacks, (id) => isThroughTrial(pass, id)),
    proofs: without(proofs, isOver),
    retryAtMs: without(retryAtMs, ofChange),
    lateUntilMs: without(lateUntilMs, ofChange),
  };
  pass.observe(kept);
}

/** What was measured of a change on trial is of use until the change that repeats it has ended. */
function isThroughTrial(pass: Pass, id: ChangeId): boolean {
  const { changes } = pass.durable;
  const outcome = changes.get(id)?.switchback?.outcome;
  if (!changes.has(id) || outcome === 'refuted') return true;
  for (const { repeats, state } of changes.values())
    if (repeats === id && isTerminal(state)) return true;
  return false;
}

/** The map itself when nothing is left out. */
function without<K extends string, V>(
  map: ReadonlyMap<K, V>,
  isLeftOut: (key: K) => boolean,
): ReadonlyMap<K, V> {
  if (![...map.keys()].some(isLeftOut)) return map;
  return new Map([...map].filter(([key]) => !isLeftOut(key)));
}
