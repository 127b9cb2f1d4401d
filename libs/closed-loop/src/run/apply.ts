import { ok, type Result } from '@weir/core/base';
import type { World } from '@weir/sim';
import type { TimelineAction } from '../build/timeline';

/** What of an event happens to the fabric itself, whoever watches or controls it. */
export function applyToWorld(world: World, action: TimelineAction): Result<void> {
  switch (action.kind) {
    case 'link':
      return world.setLinkFault(action.link, action.fault, action.from);
    case 'switch':
      world.setSwitchUp(action.device, action.up);
      return ok(undefined);
    case 'start':
      return world.startJob(action.job);
    case 'stop':
      world.stopJob(action.name);
      return ok(undefined);
    case 'scale':
      world.scaleJob(action.name, action.scale);
      return ok(undefined);
    case 'settings':
      for (const { device, apply } of action.steps)
        world.configure(device, apply(world.settings(device)));
      return ok(undefined);
    case 'telemetry':
    case 'southbound':
    case 'intent':
    case 'delete-intent':
      return ok(undefined);
  }
}

/** What remains of the events where only the hosts limit: workloads that come and go. */
export const withoutNetworkTrouble = (kind: TimelineAction['kind']): boolean =>
  kind === 'start' || kind === 'stop' || kind === 'scale';
