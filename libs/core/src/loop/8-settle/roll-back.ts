import type { Change, DeviceId, DeviceProgress, DeviceState } from '../../model';
import { LIMITS } from '../../state';
import type { Pass } from '../pass';
import {
  current,
  devicesOf,
  forgetLate,
  isBusy,
  isExhausted,
  issue,
  lateness,
  mayRetry,
} from '../transaction';

/** Nothing was written to these; a snapshot that is still out reads only. */
const UNWRITTEN: ReadonlySet<DeviceProgress> = new Set([
  'untouched',
  'snapshotting',
  'prepared',
  'failed',
]);
/** Tries of a device that earlier stages wait for: going back in order is better, not vital. */
const TRIES_IN_ORDER = 2;

type Standing = 'clean' | 'open' | 'failed';

/**
 * Takes the stages back in reverse order, each device until it is read back as it was before. A
 * device for which that cannot be proved is fenced for a person; the rest goes on.
 */
export function rollBack(pass: Pass, change: Change): void {
  const standings = new Map<DeviceId, Standing>();
  let inOrder = true;
  for (const stage of [...change.plan.stages].reverse()) {
    for (const device of stage)
      standings.set(device, bringBack(pass, current(pass, change), device, inOrder));
    inOrder = stage.every((device) => isThrough(current(pass, change), device, standings));
    if (!inOrder) break;
  }
  const left = devicesOf(change).some(([device]) => (standings.get(device) ?? 'open') === 'open');
  if (!left) end(pass, current(pass, change), standings);
}

/** Issues what is next for the device; says where it stands. */
function bringBack(pass: Pass, change: Change, device: DeviceId, inOrder: boolean): Standing {
  const state = change.devices[device] as DeviceState;
  if (UNWRITTEN.has(state.progress)) return 'clean';
  if (!inOrder || isBusy(pass, change, device)) return 'open';
  if (state.progress === 'reverted') {
    const late = lateness(pass, change, device);
    if (late === 'none') return 'clean';
    if (late === 'due') {
      forgetLate(pass, change, device);
      issue(pass, change, device, 'revert');
    }
    return 'open';
  }
  const fromMs = Math.max(change.deadlineMs ?? 0, change.times.reverting ?? change.createdMs);
  const limits = { answers: LIMITS.revertAttempts, fromMs, patienceMs: LIMITS.unreachableMs };
  if (isExhausted(pass, state, 'revert', limits)) return 'failed';
  if (state.lastVerb !== 'revert' || mayRetry(pass, change, device))
    issue(pass, change, device, 'revert');
  return 'open';
}

/** Whether the stages before this device's may go back too. */
function isThrough(
  change: Change,
  device: DeviceId,
  standings: ReadonlyMap<DeviceId, Standing>,
): boolean {
  const state = change.devices[device];
  if (standings.get(device) !== 'open' || state?.progress === 'reverted') return true;
  return state?.lastVerb === 'revert' && state.attempts > TRIES_IN_ORDER;
}

function end(pass: Pass, change: Change, standings: ReadonlyMap<DeviceId, Standing>): void {
  const times = { settled: pass.now.wallMs };
  const failed = [...standings].filter(([, standing]) => standing === 'failed');
  if (failed.length === 0) {
    const why = `undone: every device was read back as before (${change.reason})`;
    pass.transition(change, 'restore', why, times);
    return;
  }
  for (const [device] of failed) {
    const reason = `the rollback of ${change.id} could not be proved on it`;
    pass.record({ kind: 'device-fenced', device, reason });
  }
  const names = failed.map(([device]) => device).join(', ');
  const why = `a person is needed: ${names} could not be brought back`;
  pass.transition(change, 'give-up', why, times);
}
