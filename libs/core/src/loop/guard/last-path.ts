import type { Change, DeviceId } from '../../model';
import type { Pass } from '../pass';
import type { Objection } from './permission';
import { deliveryOf, downPorts, routesAt, type Delivery } from './ways';
import { World } from './world';

/**
 * No prefix loses its last way, or its spare where it had one, at any device; links that are down
 * now are no ways. `during` are the devices that are being written, each of which may hold its old
 * or its new routes for a moment.
 */
export function keepsPaths(
  pass: Pass,
  change: Change,
  others: readonly Change[],
  during: ReadonlySet<DeviceId>,
): Objection {
  const now = new World(pass);
  const next = new World(pass).with(change, during);
  const after = new World(pass).with(change);
  for (const other of others) after.with(other);
  const down = downPorts(pass);
  for (const prefix of movedPrefixes(pass, change, now, after)) {
    const before = deliveryOf(pass, [now], prefix, down);
    const found =
      worse(prefix, before, deliveryOf(pass, [after], prefix, down), true) ??
      worse(prefix, before, deliveryOf(pass, [now, next], prefix, down), false);
    if (found !== null) return found;
  }
  return null;
}

/** Prefixes whose next hops change on a device that is written. */
function movedPrefixes(pass: Pass, change: Change, now: World, after: World): ReadonlySet<string> {
  const moved = new Set<string>();
  for (const { device } of change.plan.diffs) {
    const old = routesAt(pass, now, device);
    const next = routesAt(pass, after, device);
    for (const prefix of new Set([...(old?.keys() ?? []), ...(next?.keys() ?? [])])) {
      const names = old?.get(prefix) ?? [];
      const others = next?.get(prefix) ?? [];
      if (names.length !== others.length || names.some((name) => !others.includes(name)))
        moved.add(prefix);
    }
  }
  return moved;
}

function worse(prefix: string, before: Delivery, after: Delivery, spare: boolean): Objection {
  for (const [device, had] of before.ways) {
    const has = after.ways.get(device);
    // It goes on by routes of its own, which are not known here.
    if (has === undefined) continue;
    if (had >= 1 && has === 0) return ['black-hole', `${prefix} would have no way from ${device}`];
    if (before.sound.has(device) && !after.sound.has(device))
      return ['forwarding-loop', `${prefix} from ${device} would loop or end on some of its ways`];
    if (spare && had >= 2 && has < 2)
      return ['spare-path-missing', `${prefix} would have one way left from ${device}, of ${had}`];
  }
  return null;
}
