import type { Result } from '@weir/core/base';
import type { ConfigImage, LeafDiff } from '@weir/core/model';
import type { DeviceProfile, QueueSettings, StaticRoute } from '@weir/core/ports';
import {
  BUFFER_PROFILES,
  CLASSIFIERS,
  FORWARDING_GROUPS,
  QOS_INTERFACES,
  QUEUE_PROFILES,
  QUEUES,
  SCHEDULER_POLICIES,
  STATIC_ROUTES,
} from './openconfig-paths';
import { renderQos, type PortBehaviour } from './qos';
import { readQueue, renderBuffer, renderEcn, type BufferSetting, type EcnSetting } from './queues';
import { renderScheduler, type SchedulerSetting } from './scheduling';
import { checkSchema } from './schema';
import { readRoutes, renderRoute } from './static-routes';

/**
 * Devices that keep to OpenConfig: static routes with wecmp-weight in network instance DEFAULT,
 * queue-management (ECN), buffer-allocation and scheduler policies bound per interface. Pure.
 * Models: qos 2.2.0, local-routing 4.1.0, network-instance 4.7.0.
 */
export class OpenConfigProfile implements DeviceProfile {
  readonly name = 'openconfig';
  readonly managedPaths = [
    STATIC_ROUTES,
    QOS_INTERFACES,
    QUEUE_PROFILES,
    BUFFER_PROFILES,
    SCHEDULER_POLICIES,
    QUEUES,
    CLASSIFIERS,
    FORWARDING_GROUPS,
  ];

  routes(image: ConfigImage): readonly StaticRoute[] {
    return readRoutes(image);
  }

  queue(image: ConfigImage, iface: string, queue: string): QueueSettings | null {
    return readQueue(image, iface, queue);
  }

  renderRoute(
    image: ConfigImage,
    prefix: string,
    weightsByInterface: Readonly<Record<string, number>>,
  ): Result<readonly LeafDiff[]> {
    return renderRoute(image, prefix, weightsByInterface);
  }

  renderBuffer(image: ConfigImage, setting: BufferSetting): Result<readonly LeafDiff[]> {
    return renderBuffer(image, setting);
  }

  renderEcn(image: ConfigImage, setting: EcnSetting): Result<readonly LeafDiff[]> {
    return renderEcn(image, setting);
  }

  renderScheduler(image: ConfigImage, setting: SchedulerSetting): Result<readonly LeafDiff[]> {
    return renderScheduler(image, setting);
  }

  renderQos(image: ConfigImage, port: PortBehaviour): Result<readonly LeafDiff[]> {
    return renderQos(image, port);
  }

  /**
   * Next hops belong to their route and inputs to their scheduler, since the weight of one is the
   * share of all; everything else to the innermost list entry around it.
   */
  resourceOf(path: string): string {
    const part = path.search(/\/(next-hops|inputs)\//);
    return part === -1 ? path.slice(0, path.lastIndexOf(']') + 1) || path : path.slice(0, part);
  }

  checkSchema(after: ConfigImage): Result<void> {
    return checkSchema(after);
  }
}
