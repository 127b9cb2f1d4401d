import {
  diffOf,
  type Change,
  type DeviceId,
  type DeviceState,
  type LeafDiff,
  type OperationVerb,
} from '../../model';
import { assert } from '../../base';
import { LIMITS } from '../../state';
import type { Pass } from '../pass';
import { needsProof, proofLimitMs } from './canary';

export const devicesOf = (change: Change): readonly (readonly [DeviceId, DeviceState])[] =>
  Object.entries(change.devices) as unknown as readonly (readonly [DeviceId, DeviceState])[];

/** The newest form of a change within a pass. */
export function current(pass: Pass, change: Change): Change {
  const found = pass.durable.changes.get(change.id);
  assert(found !== undefined, `change ${change.id} vanished`);
  return found;
}

const operationId = (change: Change, device: string, verb: string, attempt: number): string =>
  `${change.id}/${device}/${verb}/${attempt}`;

/** One operation at a time on a device: nothing is issued while another one is out. */
export function isBusy(pass: Pass, change: Change, device: string): boolean {
  const prefix = `${change.id}/${device}/`;
  for (const id of pass.observed.inFlight.keys()) if (id.startsWith(prefix)) return true;
  return false;
}

/** Journals the intention, then hands the operation out. */
export function issue(pass: Pass, change: Change, device: DeviceId, verb: OperationVerb): void {
  const state = change.devices[device];
  assert(state !== undefined, `${device} is not part of ${change.id}`);
  const attempt = state.lastVerb === verb ? state.attempts + 1 : 1;
  pass.record({ kind: 'device-operation', id: change.id, device, verb, attempt });
  pass.operate({
    id: operationId(change, device, verb, attempt),
    changeId: change.id,
    device,
    verb,
    epoch: pass.durable.epoch,
    leaves: leavesFor(change, device, verb, state),
    commitId: state.commitId,
    rollbackMs: hasTimer(pass, change, verb, state) ? rollbackMs(pass, change) : 0,
    timeoutMs: pass.env.operationTimeoutMs,
  });
}

/** Whether the device's own timer counts: once it must have fired, keeping is only read. */
const hasTimer = (pass: Pass, change: Change, verb: OperationVerb, state: DeviceState): boolean =>
  state.commitConfirmed && (verb !== 'confirm' || sinceDeadline(pass, change) !== 'read-only');

/** Operation time-outs after the deadline by which the timer of every device must have fired. */
const FIRED_TIMEOUTS = 2;

/**
 * `running`: the device is asked, it knows its timer; `undecided`: the timer may be firing;
 * `read-only`: it has fired, so that what is read is for good. The wall clock of a successor may be
 * ahead: it counts only once this process has waited longer than any timer can run.
 */
export function sinceDeadline(pass: Pass, change: Change): 'running' | 'undecided' | 'read-only' {
  const afterMs = pass.now.wallMs - (change.deadlineMs ?? Infinity);
  const waitedMs = pass.now.monoMs - pass.observed.startedMs;
  if (!(afterMs > 0) || waitedMs < unconfirmedMs(pass, change)) return 'running';
  return afterMs > FIRED_TIMEOUTS * pass.env.operationTimeoutMs ? 'read-only' : 'undecided';
}

function leavesFor(
  change: Change,
  device: DeviceId,
  verb: OperationVerb,
  state: DeviceState,
): readonly LeafDiff[] {
  const forward = diffOf(change, device)?.leaves ?? [];
  if (verb !== 'revert') return forward;
  const before = new Map(state.preImage?.map((leaf) => [leaf.path, leaf.value]) ?? []);
  return forward.map((leaf) => ({
    path: leaf.path,
    before: leaf.after,
    after: before.has(leaf.path) ? (before.get(leaf.path) ?? null) : leaf.before,
  }));
}

/** What is left until the deadline, for the device's own timer. */
const rollbackMs = (pass: Pass, change: Change): number =>
  Math.max(1_000, Math.ceil((change.deadlineMs ?? pass.now.wallMs) - pass.now.wallMs));

/**
 * Whole time that an unconfirmed change may stand: writing and reading back every stage, proving
 * it, settling, verifying, confirming, and room for one retry of each.
 */
export function unconfirmedMs(pass: Pass, change: Change): number {
  const operations = 2 * (change.plan.stages.length + 2) * pass.env.operationTimeoutMs;
  const proofMs = needsProof(pass, change, 0) ? proofLimitMs(pass) : 0;
  return operations + proofMs + change.verify.settleMs + change.verify.maxMs;
}

/** Exponential back-off between tries on one device. */
export function scheduleRetry(pass: Pass, change: Change, device: string, attempt: number): void {
  const delayMs = Math.min(LIMITS.retryMaxMs, LIMITS.retryBaseMs * 2 ** Math.max(0, attempt - 1));
  const retryAtMs = new Map(pass.observed.retryAtMs);
  retryAtMs.set(`${change.id}/${device}`, pass.now.monoMs + delayMs);
  pass.observe({ retryAtMs });
}

export const mayRetry = (pass: Pass, change: Change, device: string): boolean =>
  pass.now.monoMs >= (pass.observed.retryAtMs.get(`${change.id}/${device}`) ?? -Infinity);

/**
 * Whether trying is over. What the device answers with something else so often will not work;
 * silence is no answer: it may have gone back by its own timer and come back later, so that it is
 * waited for until well after the deadline.
 */
export function isExhausted(
  pass: Pass,
  state: DeviceState,
  verb: OperationVerb,
  limits: { readonly answers: number; readonly fromMs: number; readonly patienceMs: number },
): boolean {
  if (state.lastVerb !== verb) return false;
  if ((state.refusals ?? state.attempts) >= limits.answers) return true;
  if (state.attempts < limits.answers) return false;
  // A process that has just begun has not waited yet, however old the deadline is.
  const waitedMs = pass.now.monoMs - pass.observed.startedMs;
  return Math.min(pass.now.wallMs - limits.fromMs, waitedMs) > limits.patienceMs;
}
