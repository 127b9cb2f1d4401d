import type { DeviceOperation } from '@weir/core/model';

/** Operations remembered of each device; a queue repeats what it gave out a moment ago. */
const REMEMBERED = 64;

/**
 * Which operations a device has seen, in order. Queues deliver at least once: an operation that is
 * delivered again while it is the newest of its device may run again, which changes nothing; behind
 * a newer one it would bring back what that one has taken away.
 */
export class OrderMemory {
  private readonly seen = new Map<string, string[]>();

  /** Whether a newer operation of the device has begun since this one first did. */
  isPast({ id, device }: DeviceOperation): boolean {
    const ids = this.seen.get(device);
    return ids !== undefined && ids.includes(id) && ids.at(-1) !== id;
  }

  begin({ id, device, verb }: DeviceOperation): void {
    // Looking changes nothing, so it makes nothing old either.
    if (verb === 'image') return;
    const ids = this.seen.get(device) ?? [];
    if (ids.at(-1) === id) return;
    this.seen.set(device, [...ids, id].slice(-REMEMBERED));
  }
}
