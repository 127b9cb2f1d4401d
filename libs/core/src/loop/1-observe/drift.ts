import { isTouching } from '../../change';
import { diffOf, sameLeaf, type Change, type DeviceId } from '../../model';
import { isUndone } from '../standing';
import type { Pass } from '../pass';

/**
 * A kept change whose device holds something else by now: a person wrote there, or the device came
 * back with an older configuration. What is there is adopted: the change is neither renewed nor
 * undone any more, since undoing it would revert somebody else's work.
 */
export function adoptDrift(pass: Pass, device: DeviceId): void {
  const image = pass.observed.images.get(device);
  if (image === undefined) return;
  const onDevice = [...pass.durable.changes.values()].filter(
    (change) => change.devices[device] !== undefined,
  );
  if (onDevice.some((change) => isTouching(change.state))) return;
  for (const change of onDevice) {
    if (!isKept(pass, change) || isFollowed(onDevice, change)) continue;
    const drifted = diffOf(change, device)?.leaves.find(
      (leaf) => !sameLeaf(image.get(leaf.path) ?? null, leaf.after),
    );
    if (drifted === undefined) continue;
    const found = String(image.get(drifted.path) ?? 'absent');
    const reason = `${device} holds ${found} at ${drifted.path}, not ${String(drifted.after ?? 'absent')} as ${change.id} wrote; left as found`;
    pass.record({ kind: 'change-adopted', id: change.id, device, reason });
  }
}

/** Whether the loop would renew the change, or undo it once nobody wants it any more. */
const isKept = (pass: Pass, change: Change): boolean =>
  change.state === 'confirmed' &&
  change.adopted === undefined &&
  change.action.type !== 'undo' &&
  (change.leaseUntilMs !== null || change.origin === 'intent') &&
  !isUndone(pass, change);

/** Whether a later change was kept on the same device: what it wrote is no drift. */
const isFollowed = (onDevice: readonly Change[], change: Change): boolean =>
  onDevice.slice(onDevice.indexOf(change) + 1).some((later) => later.state === 'confirmed');
