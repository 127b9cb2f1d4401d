import type { Result } from '@weir/core/base';
import type { ConfigImage, DeviceId, LeafDiff, Topology } from '@weir/core/model';
import type { DeviceWriter, ReadLeaf, SetAnswer } from '@weir/core/ports';

/**
 * One writer for each device: announcements where the topology names a BGP speaker, configuration
 * by gNMI everywhere else.
 */
export class WriterByDevice implements DeviceWriter {
  constructor(
    private readonly topology: Topology,
    private readonly writers: { readonly gnmi: DeviceWriter; readonly bgp: DeviceWriter },
  ) {}

  readImage(device: DeviceId, timeoutMs: number): Promise<Result<ConfigImage>> {
    return this.of(device).readImage(device, timeoutMs);
  }

  readLeaves(
    device: DeviceId,
    paths: readonly string[],
    timeoutMs: number,
  ): Promise<Result<readonly ReadLeaf[]>> {
    return this.of(device).readLeaves(device, paths, timeoutMs);
  }

  probeCommitConfirmed(device: DeviceId, timeoutMs: number): Promise<Result<boolean>> {
    return this.of(device).probeCommitConfirmed(device, timeoutMs);
  }

  set(
    device: DeviceId,
    leaves: readonly LeafDiff[],
    commit: { readonly id: string; readonly rollbackMs: number } | null,
    timeoutMs: number,
  ): Promise<SetAnswer> {
    return this.of(device).set(device, leaves, commit, timeoutMs);
  }

  confirm(device: DeviceId, commitId: string, timeoutMs: number): Promise<SetAnswer> {
    return this.of(device).confirm(device, commitId, timeoutMs);
  }

  cancel(device: DeviceId, commitId: string, timeoutMs: number): Promise<SetAnswer> {
    return this.of(device).cancel(device, commitId, timeoutMs);
  }

  async close(): Promise<void> {
    await Promise.all([this.writers.gnmi.close(), this.writers.bgp.close()]);
  }

  private of(device: DeviceId): DeviceWriter {
    const announced = this.topology.devices.get(device)?.bgp !== undefined;
    return announced ? this.writers.bgp : this.writers.gnmi;
  }
}
