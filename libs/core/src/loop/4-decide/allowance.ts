import { isTouching } from '../../change';
import type { DeviceId } from '../../model';
import type { Pass } from '../pass';

/**
 * Whether one more device may be part of a change of the loop, given those that already are: what
 * the checks of stage 5 will ask (devices of a change, share of a layer, one change a device), so
 * that a candidate is cut to a size that can pass.
 */
export class Allowance {
  private readonly leftByRole = new Map<string, number>();
  private readonly busy = new Set<string>();
  private readonly taken = new Set<string>();
  private left: number;

  /** `whenFree`: as if no other change were open. */
  constructor(
    private readonly pass: Pass,
    whenFree = false,
  ) {
    const { maxDevicesPerChange, maxLayerShare } = pass.env.policy.limits;
    this.left = maxDevicesPerChange;
    const sizes = new Map<string, number>();
    for (const { role } of pass.env.topology.devices.values())
      sizes.set(role, (sizes.get(role) ?? 0) + 1);
    for (const [role, size] of sizes)
      this.leftByRole.set(role, Math.max(1, Math.floor(maxLayerShare * size)));
    for (const change of pass.durable.changes.values()) {
      if (whenFree || !isTouching(change.state)) continue;
      for (const id of Object.keys(change.devices)) {
        this.busy.add(id);
        this.use(id);
      }
    }
    for (const id of pass.durable.fenced.keys()) this.busy.add(id);
  }

  /** Whether other changes hold devices. */
  get isShared(): boolean {
    return this.busy.size > 0;
  }

  /** Whether the device can be written at all. */
  isFree(id: DeviceId): boolean {
    const device = this.pass.env.topology.devices.get(id);
    return (
      device !== undefined &&
      device.address !== '' &&
      !this.busy.has(id) &&
      this.pass.observed.images.has(id)
    );
  }

  /** Most devices of a role that may still be taken. */
  leftOf(role: string): number {
    return Math.max(0, Math.min(this.left, this.leftByRole.get(role) ?? 0));
  }

  /** Takes the device if it is free and the limits allow it. */
  take(id: DeviceId): boolean {
    if (this.taken.has(id)) return true;
    const role = this.pass.env.topology.devices.get(id)?.role ?? '';
    if (!this.isFree(id) || this.leftOf(role) <= 0) return false;
    this.taken.add(id);
    this.left--;
    this.use(id);
    return true;
  }

  private use(id: string): void {
    const role = this.pass.env.topology.devices.get(id as DeviceId)?.role ?? '';
    this.leftByRole.set(role, (this.leftByRole.get(role) ?? 0) - 1);
  }
}
