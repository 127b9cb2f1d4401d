import type { ChangeId, DeviceId } from '@weir/core/model';
import { DeviceTruth, type ChangedLeaf, type Effect } from './device-truth';
import { leavesOf, Ledger } from './ledger';
import type { OracleContext, OracleFactory } from './oracle';

/** How much longer than its own time a device may take to go back by itself, in time-outs. */
const GRACE_TIMEOUTS = 4;

interface Late {
  readonly effect: Effect;
  readonly changed: readonly ChangedLeaf[];
  readonly untilMs: number;
}

/**
 * I3: running an operation again changes nothing more. Two things would:
 *
 * - a planned configuration that is written once more after it was taken back on purpose, because
 *   the same commit was delivered twice;
 * - an effect of a change that has ended. No controller can call back a message that is under way
 *   when its sender dies, so one may still arrive; but then the device must take it back by itself
 *   by the deadline that was prepared for it (commit-confirmed), or somebody must. One that stands
 *   beyond it is a configuration that no record stands for.
 */
export const onceOnly: OracleFactory = (context) => {
  const ledger = new Ledger();
  const truth = new DeviceTruth(context.images);
  const written = new Map<string, 'there' | 'taken-back'>();
  let late: Late[] = [];
  const overdue = (atMs: number, report: (what: string) => void): void => {
    if (late.length === 0) return;
    for (const item of late) if (item.untilMs < atMs && stands(truth, item)) report(text(item));
    late = late.filter((item) => item.untilMs >= atMs && stands(truth, item));
  };
  return {
    invariant: 'I3',
    see(event, report) {
      overdue(event.atMs, report);
      if (event.kind === 'record') ledger.take(event.record, event.atMs);
      if (event.kind !== 'effect') return;
      const changed = truth.take(event);
      const { changeId } = event;
      if (changed.length === 0 || changeId === null) return;
      if (writtenAgain(event, changeId, written, truth, ledger))
        report(`${changeId} was written to ${event.device} again after it had been taken back`);
      const ended = ledger.changes.get(changeId)?.endedMs ?? null;
      const isCall = event.by === 'set' || event.by === 'confirm' || event.by === 'cancel';
      if (ended !== null && isCall)
        late.push({ effect: event, changed, untilMs: dueMs(context, ledger, event, changeId) });
    },
    end: (final, report) => {
      overdue(Infinity, report);
      void final;
    },
  };
};

function writtenAgain(
  { device, by }: Effect,
  id: ChangeId,
  written: Map<string, 'there' | 'taken-back'>,
  truth: DeviceTruth,
  ledger: Ledger,
): boolean {
  const tracked = ledger.changes.get(id);
  const leaves = tracked === undefined ? [] : leavesOf(tracked, device);
  if (tracked === undefined || leaves.length === 0) return false;
  const there = leaves.every(
    (leaf) => String(truth.value(device, leaf.path)) === String(leaf.after),
  );
  const key = `${id} ${device}`;
  const again = there && by === 'set' && written.get(key) === 'taken-back';
  const undoing = tracked.operations.get(device)?.has('revert') === true;
  if (there) written.set(key, 'there');
  else if (written.get(key) === 'there' && undoing) written.set(key, 'taken-back');
  return again;
}

function dueMs(
  { operationTimeoutMs }: OracleContext,
  ledger: Ledger,
  { device, atMs }: { readonly device: DeviceId; readonly atMs: number },
  id: ChangeId,
): number {
  const prepared = ledger.changes.get(id)?.prepared.get(device);
  // A device without a timer of its own has to be brought back within the time of an operation.
  const ownMs = prepared?.commitConfirmed === true ? prepared.deadlineMs - prepared.atMs : 0;
  return atMs + ownMs + GRACE_TIMEOUTS * operationTimeoutMs;
}

const stands = (truth: DeviceTruth, { effect, changed }: Late): boolean =>
  changed.some(({ path }) => truth.writer(effect.device, path) === effect);

const text = ({ effect: { changeId, device, by, atMs } }: Late): string =>
  `${by} of ${changeId ?? ''} changed ${device} at ${Math.round(atMs)} ms, after the change had ended, and it stands`;
