import { sameLeaf, type DeviceId } from '@weir/core/model';
import { DeviceTruth, shown, type ChangedLeaf, type Effect } from './device-truth';
import { leavesOf, Ledger, valueBefore } from './ledger';
import type { OracleFactory } from './oracle';

/**
 * I4: no effect of an older epoch after one of a newer epoch, as far as that can be had. Devices
 * know nothing of epochs, and a process that is stopped between its last check and its call sends
 * the call when it goes on, seconds after another has taken over. So an effect of an older epoch may
 * happen on a device that a newer one has already read or written; what operators need, and what
 * must hold, is that
 *
 * - it never gives another value to a leaf that a newer epoch wrote (the base check, the commit that
 *   is pending under another id, and the age limit of operations stand against it);
 * - it never makes permanent what the records say was not kept;
 * - it does not stand at the end: the device takes it back by its own timer (the commit is
 *   unconfirmed and its epoch can confirm nothing any more), or the new leader finds it at its next
 *   read-back and takes it back. What only brings back the values for which the records stand, as
 *   the late way back of an old leader does, harms nobody.
 */
export const newerEpochWins: OracleFactory = ({ images }) => {
  const ledger = new Ledger();
  const truth = new DeviceTruth(images);
  /** Highest epoch that has read back or written a device. */
  const newest = new Map<DeviceId, number>();
  const late: { readonly effect: Effect; readonly changed: readonly ChangedLeaf[] }[] = [];
  const seen = (device: DeviceId, epoch: number): void =>
    void newest.set(device, Math.max(epoch, newest.get(device) ?? 0));
  return {
    invariant: 'I4',
    see(event, report) {
      if (event.kind === 'record') {
        const body = ledger.take(event.record, event.atMs);
        if (body?.kind === 'device-prepared' || body?.kind === 'device-outcome')
          seen(body.device, event.record.epoch);
      }
      if (event.kind !== 'effect') return;
      const { device, epoch, by } = event;
      const isLate = epoch !== null && epoch < (newest.get(device) ?? 0);
      if (isLate) {
        const name = `${by} of epoch ${epoch} on ${device}, which epoch ${newest.get(device)} has`;
        for (const path of overwritten(truth, event)) report(`${name} written: changes ${path}`);
        if (by === 'confirm' && !wasKept(ledger, event))
          report(`${name} read: makes permanent what was not kept`);
      }
      const changed = truth.take(event);
      if (isLate && changed.length > 0) late.push({ effect: event, changed });
      if (epoch !== null) seen(device, epoch);
    },
    end(final, report) {
      for (const { effect, changed } of late) {
        const { device, by, epoch } = effect;
        const left = changed.find(
          (leaf) => truth.writer(device, leaf.path) === effect && !isRecorded(ledger, effect, leaf),
        );
        if (left === undefined) continue;
        const now = shown(final.images.get(device)?.get(left.path) ?? null);
        report(
          `${by} of epoch ${epoch} on ${device} came after a newer epoch and stands: ${left.path} is ${now}`,
        );
      }
    },
  };
};

/** Leaves that a newer epoch wrote and that the effect gives another value. */
function overwritten(truth: DeviceTruth, effect: Effect): readonly string[] {
  const paths = new Set(effect.image.keys());
  return [...paths].filter((path) => {
    const newer = truth.writer(effect.device, path)?.epoch ?? null;
    if (newer === null || effect.epoch === null || newer <= effect.epoch) return false;
    return String(truth.value(effect.device, path)) !== String(effect.image.get(path) ?? null);
  });
}

/** Whether the value is the one that the change, as it ended, left there. */
function isRecorded(ledger: Ledger, { changeId, device }: Effect, leaf: ChangedLeaf): boolean {
  const tracked = changeId === null ? undefined : ledger.changes.get(changeId);
  const planned = tracked && leavesOf(tracked, device).find((item) => item.path === leaf.path);
  if (tracked === undefined || planned === undefined) return false;
  const value =
    tracked.state === 'confirmed' ? planned.after : valueBefore(tracked, device, planned);
  return sameLeaf(value, leaf.after);
}

const wasKept = (ledger: Ledger, { changeId }: Effect): boolean =>
  changeId !== null && ledger.changes.get(changeId)?.reached.has('confirming') === true;
