import type { Change } from '../../model';
import { LIMITS } from '../../state';
import type { Pass } from '../pass';
import { grantLease, renewLeases } from './leases';
import { current, devicesOf, isBusy, issue, mayRetry } from '../transaction';

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
  forget(pass);
}

function judge(pass: Pass, change: Change): void {
  const { verdict } = change;
  const times = { verified: pass.now.wallMs };
  if (verdict !== null && change.state === 'verifying') {
    const why = `${verdict.verdict}: ${verdict.evidence.at(-1) ?? ''}`;
    pass.transition(change, keeps(change) ? 'keep' : 'undo', why, times);
    return;
  }
  if (
    change.deadlineMs !== null &&
    pass.now.wallMs >= change.deadlineMs - pass.env.operationTimeoutMs
  )
    pass.transition(change, 'abort', 'no verdict before the deadline', times);
}

/** The loop's own changes must have helped; what people asked for must only not have harmed. */
function keeps(change: Change): boolean {
  const verdict = change.verdict?.verdict;
  return change.origin === 'rule' ? verdict === 'improved' : verdict !== 'harmed';
}

function confirm(pass: Pass, change: Change): void {
  const devices = devicesOf(change);
  if (devices.every(([, state]) => state.progress === 'confirmed')) {
    const times = { settled: pass.now.wallMs };
    pass.transition(change, 'finish', 'kept: every device holds it for good', times);
    if (change.origin === 'rule' && change.action.type !== 'undo') grantLease(pass, change);
    return;
  }
  for (const [device, state] of devices) {
    if (state.progress === 'confirmed' || isBusy(pass, change, device)) continue;
    const tried = state.lastVerb === 'confirm' ? state.attempts : 0;
    if (tried >= LIMITS.confirmAttempts) {
      const reason = `${device} could not be confirmed: ${state.lastError}`;
      pass.transition(current(pass, change), 'lose', reason);
      return;
    }
    if (tried === 0 || mayRetry(pass, change, device))
      issue(pass, current(pass, change), device, 'confirm');
  }
}

function rollBack(pass: Pass, change: Change): void {
  let open = false;
  const failed: string[] = [];
  for (const [device, state] of devicesOf(change)) {
    if (['untouched', 'snapshotting', 'prepared', 'failed', 'reverted'].includes(state.progress)) {
      // A snapshot that is still out reads only; nothing was written.
      continue;
    }
    if (isBusy(pass, change, device)) {
      open = true;
      continue;
    }
    const tried = state.lastVerb === 'revert' ? state.attempts : 0;
    if (tried >= LIMITS.revertAttempts) {
      failed.push(device);
      continue;
    }
    open = true;
    if (tried === 0 || mayRetry(pass, change, device))
      issue(pass, current(pass, change), device, 'revert');
  }
  if (open) return;
  const times = { settled: pass.now.wallMs };
  if (failed.length === 0) {
    const why = `undone: every device was read back as before (${change.reason})`;
    pass.transition(change, 'restore', why, times);
    return;
  }
  for (const [device] of devicesOf(change))
    if (failed.includes(device)) {
      const reason = `the rollback of ${change.id} could not be proved on it`;
      pass.record({ kind: 'device-fenced', device, reason });
    }
  const why = `a person is needed: ${failed.join(', ')} could not be brought back`;
  pass.transition(current(pass, change), 'give-up', why, times);
}

/** Volatile notes of changes that have ended are of no more use. */
function forget(pass: Pass): void {
  const ended = [...pass.observed.verifications.keys()].filter((id) => {
    const state = pass.durable.changes.get(id)?.state;
    return state !== 'verifying' && state !== 'applied';
  });
  if (ended.length === 0) return;
  const verifications = new Map(pass.observed.verifications);
  ended.forEach((id) => verifications.delete(id));
  const retryAtMs = new Map(pass.observed.retryAtMs);
  for (const key of retryAtMs.keys())
    if (
      ended.some((id) => key.startsWith(`${id}/`)) &&
      !pass.durable.changes.has(key.split('/')[0] as never)
    )
      retryAtMs.delete(key);
  pass.observe({ verifications, retryAtMs });
}
