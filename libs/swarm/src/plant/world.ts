import type { Random } from '@weir/core/base';
import type { DeviceId, Policy } from '@weir/core/model';
import type { Strategies } from '@weir/core/ports';
import type { VirtualTime } from '@weir/sim';
import type { SwarmDevices } from './devices';
import type { Disk } from './disk';
import type { Fabric } from './fabric';
import type { LeaseService } from './lease';
import type { Network } from './network';
import type { QueueFaults } from './queue';
import type { Exporter } from './telemetry';
import type { TimelineWriter } from './timeline';

/** What a controller process sees of the plant, and where it tells its end. */
export interface World {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly fabric: Fabric;
  readonly policy: Policy;
  readonly timeline: TimelineWriter;
  readonly network: Network;
  readonly devices: SwarmDevices;
  readonly disk: Disk;
  readonly leases: LeaseService;
  readonly exporters: ReadonlyMap<DeviceId, Exporter>;
  readonly queueFaults: QueueFaults;
  readonly engineStrategies: Strategies;
  /** Whether recovery begins with a snapshot. */
  readonly takesSnapshots: boolean;
  engineFailed(process: string, error: Error): void;
}
