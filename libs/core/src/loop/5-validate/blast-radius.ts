import type { ErrorCode } from '../../base';
import { isTouching } from '../../change';
import type { DeviceDiff, RouteWeights } from '../../model';
import type { RoutingModel } from '../../ports';
import type { Draft } from '../4-decide';
import { routingOf } from '../network';
import type { Pass } from '../pass';

export type Verdict = readonly [code: ErrorCode, detail: string] | null;

/**
 * How much one change, together with what is open, may touch. The loop's own changes are limited
 * in devices; every change, a person's too, in the capacity that it takes out of use.
 */
export function blastRadius(
  pass: Pass,
  draft: Draft,
  diffs: readonly DeviceDiff[],
  routes: readonly RouteWeights[],
): Verdict {
  if (draft.origin === 'rule') {
    const devices = tooManyDevices(pass, diffs);
    if (devices !== null) return devices;
  }
  return tooMuchCapacity(pass, routes);
}

function tooManyDevices(pass: Pass, diffs: readonly DeviceDiff[]): Verdict {
  const { maxDevicesPerChange, maxLayerShare } = pass.env.policy.limits;
  if (diffs.length > maxDevicesPerChange)
    return ['blast-radius', `${diffs.length} devices, more than ${maxDevicesPerChange}`];
  const touched = new Set<string>(diffs.map((diff) => diff.device));
  for (const change of pass.durable.changes.values())
    if (isTouching(change.state)) Object.keys(change.devices).forEach((id) => touched.add(id));
  for (const role of ['leaf', 'spine', 'superspine', 'switch'] as const) {
    const layer = [...pass.env.topology.devices.values()].filter((device) => device.role === role);
    const share = layer.filter((device) => touched.has(device.id)).length;
    // One device is always allowed, however small the layer.
    if (share > Math.max(1, maxLayerShare * layer.length))
      return [
        'blast-radius',
        `${share} of ${layer.length} devices of layer ${role} would be open at once`,
      ];
  }
  return null;
}

/** Links that no route uses any more after the change, against all links between switches. */
function tooMuchCapacity(pass: Pass, routes: readonly RouteWeights[]): Verdict {
  const before = routingOf(pass);
  const after = before.withRoutes(routes);
  if (!routes.some((route) => empties(pass, before, after, route))) return null;
  const idle = idleLinks(pass, after);
  const { maxRemovedCapacityRatio } = pass.env.policy.limits;
  const total = pass.env.topology.links.length;
  return idle > Math.max(1, maxRemovedCapacityRatio * total)
    ? [
        'blast-radius',
        `${idle} of ${total} links would be out of use, more than ${maxRemovedCapacityRatio * 100} %`,
      ]
    : null;
}

/** Whether the route was the last one to use one of its interfaces; most changes end here. */
function empties(
  pass: Pass,
  before: RoutingModel,
  after: RoutingModel,
  { device, prefix, weights }: RouteWeights,
): boolean {
  return before
    .nextHops(device, prefix)
    .some(
      (hop) =>
        (weights[hop.interface] ?? 0) === 0 &&
        !prefixesOf(pass).some((other) =>
          after.nextHops(device, other).some((item) => item.interface === hop.interface),
        ),
    );
}

const prefixesOf = (pass: Pass): readonly string[] => [
  ...new Set([...pass.env.topology.endpoints.values()].map((end) => end.prefix)),
];

function idleLinks(pass: Pass, model: RoutingModel): number {
  const used = new Set<string>();
  const prefixes = prefixesOf(pass);
  for (const device of pass.env.topology.devices.keys())
    for (const prefix of prefixes)
      for (const hop of model.nextHops(device, prefix)) used.add(`${device}:${hop.interface}`);
  return pass.env.topology.links.filter(
    ({ a, b }) =>
      !used.has(`${a.device}:${a.interface}`) || !used.has(`${b.device}:${b.interface}`),
  ).length;
}
