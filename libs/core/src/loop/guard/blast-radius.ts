import { isTouching } from '../../change';
import type { Change, DeviceId } from '../../model';
import type { Pass } from '../pass';
import type { Objection } from './permission';
import { cablingOf, downPorts, isOverlay, routesAt } from './ways';
import { World } from './world';

/** Devices of one change, and of all open ones by layer; what people asked for they have seen. */
export function fewDevices(pass: Pass, change: Change): Objection {
  if (change.origin !== 'rule') return null;
  const { maxDevicesPerChange, maxLayerShare } = pass.env.policy.limits;
  const own = new Set<string>(change.plan.diffs.map((diff) => diff.device));
  if (own.size > maxDevicesPerChange)
    return ['blast-radius', `${own.size} devices (limits.maxDevicesPerChange)`];
  const open = new Set(own);
  // Going back writes too; what is only scheduled is counted when it begins itself.
  for (const other of pass.durable.changes.values())
    if (other.id !== change.id && isTouching(other.state) && other.state !== 'scheduled')
      for (const { device } of other.plan.diffs) open.add(device);
  const layers = new Map<string, { size: number; open: number; own: number }>();
  for (const { id, role } of pass.env.topology.devices.values()) {
    const layer = layers.get(role) ?? { size: 0, open: 0, own: 0 };
    layers.set(role, layer);
    layer.size++;
    if (open.has(id)) layer.open++;
    if (own.has(id)) layer.own++;
  }
  for (const [role, layer] of layers)
    if (layer.own > 0 && layer.open > Math.max(1, maxLayerShare * layer.size))
      return [
        'blast-radius',
        `${layer.open} of ${layer.size} devices of layer ${role} would be open (limits.maxLayerShare)`,
      ];
  return null;
}

/**
 * Capacity between switches that is used without what Weir did and would not be with it: by this
 * change, all open ones, and those that stand until somebody takes them back. One link always may
 * be taken out.
 */
export function littleCapacity(pass: Pass, change: Change, others: readonly Change[]): Objection {
  const after = new World(pass).with(change);
  for (const other of others) after.with(other);
  const now = new World(pass);
  if (!change.plan.diffs.some(({ device }) => losesPort(pass, now, after, device))) return null;
  const before = new World(pass);
  for (const other of [...standing(pass), ...others].reverse()) before.without(other);
  let removedBps = 0;
  let totalBps = 0;
  let removed = 0;
  for (const { a, b, capacityBps } of pass.env.topology.links) {
    totalBps += capacityBps;
    const lost = [a, b].some(
      ({ device, interface: name }) =>
        uses(pass, before, device, name) && !uses(pass, after, device, name),
    );
    if (!lost) continue;
    removedBps += capacityBps;
    removed++;
  }
  const { maxRemovedCapacityRatio } = pass.env.policy.limits;
  if (removed <= 1 || removedBps <= maxRemovedCapacityRatio * totalBps) return null;
  const share = ((100 * removedBps) / totalBps).toFixed(0);
  return [
    'blast-radius',
    `${removed} links with ${share} % of the capacity between switches would be out of use (limits.maxRemovedCapacityRatio)`,
  ];
}

/** Kept changes that will be taken back one day: by their lease, or with their intent. */
const standing = (pass: Pass): readonly Change[] =>
  [...pass.durable.changes.values()].filter(
    (change) =>
      change.state === 'confirmed' &&
      change.action.type === 'reroute' &&
      (change.leaseUntilMs !== null ||
        (change.intent !== null && pass.durable.intents.has(change.intent))),
  );

/** Other changes that are written or about to be; those that go back are as they are. */
export const openOthers = (pass: Pass, change: Change): readonly Change[] =>
  [...pass.durable.changes.values()].filter(
    (other) => other.id !== change.id && isTouching(other.state) && other.state !== 'rolling-back',
  );

function losesPort(pass: Pass, now: World, after: World, device: DeviceId): boolean {
  const used = portsAt(pass, now, device);
  const still = portsAt(pass, after, device);
  return used !== null && still !== null && [...used].some((name) => !still.has(name));
}

/** Whether a route sends anything out of the port; where routes are not known it may. */
const uses = (pass: Pass, world: World, device: DeviceId, name: string): boolean =>
  portsAt(pass, world, device)?.has(name) ?? true;

const portsByRoutes = new WeakMap<object, ReadonlySet<string>>();

function portsAt(pass: Pass, world: World, device: DeviceId): ReadonlySet<string> | null {
  const routes = routesAt(pass, world, device);
  // Without any route of ours it goes by its own, over ports that are not known.
  if (routes === null || (routes.size === 0 && isOverlay(pass, device))) return null;
  let ports = portsByRoutes.get(routes);
  if (ports === undefined)
    portsByRoutes.set(routes, (ports = new Set([...routes.values()].flat())));
  return ports;
}

/**
 * Where the policy asks for it: after the change and the failure of its largest uplink, the links
 * that a written device has left towards other switches carry what it sends there now.
 */
export function spareCapacity(pass: Pass, change: Change, others: readonly Change[]): Objection {
  const limit = pass.env.policy.limits.maxFailureUtilizationRatio;
  const { frame } = pass.observed;
  if (limit === 0 || frame === null) return null;
  const now = new World(pass);
  const after = new World(pass).with(change);
  for (const other of others) after.with(other);
  const { peers } = cablingOf(pass.env.topology);
  const down = downPorts(pass);
  for (const { device } of change.plan.diffs) {
    if (!losesPort(pass, now, after, device)) continue;
    let sentBps = 0;
    const capacities: number[] = [];
    for (const { name, capacityBps } of pass.env.topology.devices
      .get(device)
      ?.interfaces.values() ?? []) {
      const port = `${device}:${name}`;
      if (!peers.has(port)) continue;
      sentBps += frame.channels.txBps[frame.layout.channelIndex.get(port) ?? -1] ?? NaN;
      if (uses(pass, after, device, name) && !down.has(port)) capacities.push(capacityBps);
    }
    const leftBps = capacities.reduce((sum, bps) => sum + bps, 0) - Math.max(0, ...capacities);
    // Unknown rates are no proof that it would do.
    if (sentBps <= limit * leftBps) continue;
    return [
      'spare-capacity-missing',
      `${device} sends ${(sentBps / 1e9).toFixed(1)} Gb/s, and one failure later would have ${(leftBps / 1e9).toFixed(1)} Gb/s (limits.maxFailureUtilizationRatio)`,
    ];
  }
  return null;
}
