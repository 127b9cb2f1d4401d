import type { Change } from '../../model';
import { LIMITS } from '../../state';
import type { Pass } from '../pass';
import {
  current,
  devicesOf,
  isBusy,
  isExhausted,
  issue,
  mayRetry,
  sinceDeadline,
} from '../transaction';
import { grantLease } from './leases';

/**
 * Makes the change permanent on every device. Only what a device says of itself counts: a confirm
 * whose answer was lost is asked again, and "nothing is pending" with the new values in place means
 * that it went through. A device that gives no answer is read after its own timer must have fired;
 * one that lost the change takes the whole change back (docs/adr/0003).
 */
export function confirm(pass: Pass, change: Change): void {
  const devices = devicesOf(change);
  if (devices.every(([, state]) => state.progress === 'confirmed')) {
    const times = { settled: pass.now.wallMs };
    pass.transition(change, 'finish', 'kept: every device holds it for good', times);
    if (change.origin === 'rule' && change.action.type !== 'undo') grantLease(pass, change);
    return;
  }
  const after = sinceDeadline(pass, change);
  // No late confirm: by then the device's own timer decides, and its outcome is read afterwards.
  if (after === 'undecided') return;
  const limits = {
    answers: after === 'read-only' ? 1 : LIMITS.confirmAttempts,
    fromMs: change.deadlineMs ?? 0,
    // Time for one more try, of which the read-back can prove that it was kept.
    patienceMs: LIMITS.retryMaxMs + 4 * pass.env.operationTimeoutMs,
  };
  for (const [device, state] of devices) {
    if (state.progress === 'confirmed' || isBusy(pass, change, device)) continue;
    if (isExhausted(pass, state, 'confirm', limits)) {
      const reason = `${device} could not be confirmed: ${state.lastError}`;
      pass.transition(current(pass, change), 'lose', reason, { reverting: pass.now.wallMs });
      return;
    }
    if (state.lastVerb !== 'confirm' || mayRetry(pass, change, device))
      issue(pass, current(pass, change), device, 'confirm');
  }
}
