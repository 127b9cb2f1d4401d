import { isTouching } from '../../change';
import { MAX_WAIT_TIMEOUTS, type Change, type DeviceProgress } from '../../model';
import type { Pass } from '../pass';

/**
 * A write of which nobody knows what it came to, or that a former leader may still have under way,
 * can arrive after the device was read. Until then no read-back is the last word on the device. No
 * write begins later than this after its hand-out; the last one may be under way for a little more,
 * and is then taken back by the device's own timer where it has one.
 */
export function expectLate(pass: Pass, change: Change, device: string): void {
  const untilMs = pass.now.monoMs + MAX_WAIT_TIMEOUTS * pass.env.operationTimeoutMs;
  const lateUntilMs = new Map(pass.observed.lateUntilMs).set(`${change.id}/${device}`, untilMs);
  pass.observe({ lateUntilMs });
}

/** What a device may be in the middle of when another process takes over. */
const UNDER_WAY: ReadonlySet<DeviceProgress> = new Set([
  'committing',
  'confirming',
  'reverting',
  // The former leader may have known of a write that was still to arrive.
  'reverted',
  'unknown',
]);

export function expectLateAfterTakeOver(pass: Pass, change: Change): void {
  if (!isTouching(change.state)) return;
  for (const [device, state] of Object.entries(change.devices))
    if (UNDER_WAY.has(state.progress)) expectLate(pass, change, device);
}

/** `none`: what was read is final; `waits`: not yet; `due`: to be read once more. */
export function lateness(pass: Pass, change: Change, device: string): 'none' | 'waits' | 'due' {
  const untilMs = pass.observed.lateUntilMs.get(`${change.id}/${device}`);
  if (untilMs === undefined) return 'none';
  return pass.now.monoMs < untilMs ? 'waits' : 'due';
}

/** From here on what is read of the device counts. */
export function forgetLate(pass: Pass, change: Change, device: string): void {
  const lateUntilMs = new Map(pass.observed.lateUntilMs);
  if (lateUntilMs.delete(`${change.id}/${device}`)) pass.observe({ lateUntilMs });
}
