import type { Change } from '../../model';
import { guardBefore } from '../guard';
import type { Pass } from '../pass';
import { current, devicesOf, expireLost, isBusy, issue, takeReport } from '../transaction';
import { beginProof, proveStage } from './prove';

/**
 * Stage 6. Moves each transaction one step: snapshot all devices, prepare them durably, commit
 * them stage by stage, read back, and prove each stage before the next one. Whatever goes wrong
 * turns the whole change round.
 */
export function apply(pass: Pass): void {
  expireLost(pass);
  if (pass.report !== null) takeReport(pass, pass.report);
  for (const { id } of pass.durable.changes.values()) {
    const change = pass.durable.changes.get(id);
    if (change?.state === 'scheduled') start(pass, change);
    const started = pass.durable.changes.get(id);
    if (started?.state === 'applying') advance(pass, started);
  }
}

function start(pass: Pass, change: Change): void {
  const { frozen, fenced } = pass.durable;
  if (frozen !== null) {
    pass.transition(change, 'refuse', `frozen: ${frozen.by} froze all changes: ${frozen.reason}`);
    return;
  }
  if (pass.now.wallMs > change.expiresMs) {
    pass.transition(change, 'expire', 'plan-expired: the plan is older than its time to live');
    return;
  }
  const blocked = devicesOf(change).find(
    ([device]) => fenced.has(device) || isTaken(pass, change, device),
  );
  if (blocked !== undefined) {
    pass.transition(
      change,
      'refuse',
      `device-busy: ${blocked[0]} is fenced or held by another change`,
    );
    return;
  }
  const refusal = guardBefore(pass, change, null);
  if (refusal !== null) {
    pass.transition(change, 'refuse', `${refusal.code}: ${refusal.reason}`);
    return;
  }
  pass.transition(change, 'start', 'applying', { applying: pass.now.wallMs });
}

/** Never a second open change on a device: the first one to be scheduled holds it. */
function isTaken(pass: Pass, change: Change, device: string): boolean {
  const holding = ['applying', 'applied', 'verifying', 'confirming', 'rolling-back'];
  for (const other of pass.durable.changes.values())
    if (
      other.id !== change.id &&
      holding.includes(other.state) &&
      other.devices[device] !== undefined
    )
      return true;
  return false;
}

function advance(pass: Pass, change: Change): void {
  const devices = devicesOf(change);
  const failed = devices.find(
    ([, state]) => state.progress === 'failed' || state.progress === 'unknown',
  );
  if (failed !== undefined) {
    turnRound(pass, change, `${failed[0]}: ${failed[1].lastError}`);
    return;
  }
  if (change.deadlineMs !== null && pass.now.wallMs > change.deadlineMs) {
    turnRound(pass, change, 'the deadline of the change passed while it was being applied');
    return;
  }
  if (devices.every(([, state]) => state.progress === 'committed')) {
    const times = { applied: pass.now.wallMs };
    pass.transition(change, 'committed', 'every device was read back as planned', times);
    return;
  }
  const prepared = devices.every(
    ([, state]) => !['untouched', 'snapshotting'].includes(state.progress),
  );
  if (!prepared) {
    for (const [device, state] of devices)
      if (state.progress === 'untouched' && !isBusy(pass, change, device))
        issue(pass, current(pass, change), device, 'snapshot');
    return;
  }
  const stage = change.plan.stages.findIndex((names) =>
    names.some((name) => change.devices[name]?.progress !== 'committed'),
  );
  if (stage > 0 && (change.provedStages ?? 0) < stage) {
    const result = proveStage(pass, change, stage - 1);
    if (result.kind === 'harm') turnRound(pass, change, `after stage ${stage}: ${result.reason}`);
    if (result.kind !== 'proved') return;
    const { evidence } = result;
    pass.record({ kind: 'stage-proved', id: change.id, stage: stage - 1, evidence });
  }
  writeStage(pass, current(pass, change), stage);
}

function writeStage(pass: Pass, change: Change, stage: number): void {
  const ready = (change.plan.stages[stage] ?? []).filter(
    (device) => change.devices[device]?.progress === 'prepared' && !isBusy(pass, change, device),
  );
  const refusal = ready.length === 0 ? null : guardBefore(pass, change, stage);
  beginProof(pass, change, stage);
  if (refusal !== null) turnRound(pass, change, `${refusal.code}: ${refusal.reason}`);
  else for (const device of ready) issue(pass, current(pass, change), device, 'commit');
}

/** Nothing written yet: rejected. Anything written, or perhaps written: rolled back. */
function turnRound(pass: Pass, change: Change, reason: string): void {
  const clean = ['untouched', 'snapshotting', 'prepared', 'failed'];
  const untouched = devicesOf(change).every(([, state]) => clean.includes(state.progress));
  const times = untouched ? {} : { reverting: pass.now.wallMs };
  pass.transition(change, untouched ? 'abort-untouched' : 'abort', reason, times);
}
