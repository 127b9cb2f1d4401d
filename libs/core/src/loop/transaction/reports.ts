import {
  diffOf,
  leavesText,
  MAX_WAIT_TIMEOUTS,
  sameLeaf,
  type Change,
  type DeviceId,
  type OperationReport,
} from '../../model';
import type { Pass } from '../pass';
import { expectLate } from './late';
import { scheduleRetry, unconfirmedMs } from './operations';

/** Journals what an operation came to. */
export function takeReport(pass: Pass, report: OperationReport): void {
  const { operation } = report;
  const change =
    operation.changeId === null ? undefined : pass.durable.changes.get(operation.changeId);
  if (change === undefined) return;
  if (operation.verb === 'snapshot' && report.outcome === 'done') {
    // Of a change that was stopped meanwhile nothing is prepared any more.
    if (change.state === 'applying') takeSnapshot(pass, change, report);
    return;
  }
  record(pass, change, report, {});
  // OK and not there, or no answer: it may still be applied.
  if (report.outcome === 'unknown' || report.outcome === 'mismatch')
    expectLate(pass, change, operation.device);
  if (report.outcome !== 'done') {
    const attempt = change.devices[operation.device]?.attempts ?? 1;
    scheduleRetry(pass, change, operation.device, attempt);
  }
}

function record(
  pass: Pass,
  change: Change,
  report: OperationReport,
  override: Partial<Pick<OperationReport, 'outcome' | 'code' | 'message'>>,
): void {
  const { outcome, code, message } = { ...report, ...override };
  const { device, verb } = report.operation;
  pass.record({
    kind: 'device-outcome',
    id: change.id,
    device,
    verb,
    outcome,
    code,
    message,
    sentMs: report.sentMs,
  });
}

/**
 * The leaves as they are right now become the pre-image, and the intention to write them becomes
 * durable (I1). Leaves that are not what the plan was made from end the change before it starts.
 */
function takeSnapshot(pass: Pass, change: Change, report: OperationReport): void {
  const { device } = report.operation;
  const diff = diffOf(change, device);
  const read = new Map(report.readBack?.map((leaf) => [leaf.path, leaf.value]) ?? []);
  const moved = diff?.leaves.find((leaf) => !sameLeaf(read.get(leaf.path) ?? null, leaf.before));
  if (diff === undefined || moved !== undefined) {
    const message = `${moved?.path ?? device} is ${String(read.get(moved?.path ?? '') ?? 'absent')}, the plan was made from ${String(moved?.before ?? 'absent')}`;
    record(pass, change, report, { outcome: 'refused', code: 'base-drifted', message });
    return;
  }
  const post = diff.leaves.map((leaf) => ({ path: leaf.path, value: leaf.after }));
  pass.record({
    kind: 'device-prepared',
    id: change.id,
    device,
    preImage: diff.leaves.map((leaf) => ({ path: leaf.path, value: read.get(leaf.path) ?? null })),
    postHash: pass.env.digest(leavesText(post)),
    commitConfirmed: report.commitConfirmed ?? false,
    commitId: `weir-${change.id}-${change.plan.hash.slice(0, 8)}-e${pass.durable.epoch}`,
    deadlineMs: pass.now.wallMs + unconfirmedMs(pass, change),
  });
}

/** Time after which an operation that never reported is given up, as multiple of its time-out. */
const LOST_FACTOR = MAX_WAIT_TIMEOUTS + 1;

/** An operation that never reported: the outcome is unknown, and that is what is written down. */
export function expireLost(pass: Pass): void {
  const limitMs = pass.env.operationTimeoutMs * LOST_FACTOR;
  for (const [id, atMs] of pass.observed.inFlight) {
    if (pass.now.monoMs - atMs <= limitMs) continue;
    const inFlight = new Map(pass.observed.inFlight);
    inFlight.delete(id);
    pass.observe({ inFlight });
    const [changeId, device, verb] = id.split('/');
    const change = [...pass.durable.changes.values()].find((item) => item.id === changeId);
    if (change === undefined || device === undefined || verb === 'image') continue;
    pass.record({
      kind: 'device-outcome',
      id: change.id,
      device: device as DeviceId,
      verb: verb as OperationReport['operation']['verb'],
      outcome: 'unknown',
      code: 'device-outcome-unknown',
      message: 'the operation never reported back',
      sentMs: null,
    });
    expectLate(pass, change, device);
    scheduleRetry(pass, change, device, change.devices[device]?.attempts ?? 1);
  }
}
