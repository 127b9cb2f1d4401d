import { ok, refuse, type Result } from '../../base';
import type {
  ChangeId,
  DeviceDiff,
  DeviceId,
  LeafDiff,
  LeafValue,
  QosAction,
  QueueBehaviour,
  SchedulerAction,
} from '../../model';
import type { Draft } from '../4-decide';
import { profileOf } from '../network';
import type { Pass } from '../pass';
import { unresolved } from './segment-lists';

/** What the action means for the leaves of each device; refused with the path of the field. */
export function render(pass: Pass, draft: Draft): Result<readonly DeviceDiff[]> {
  const { action } = draft;
  switch (action.type) {
    case 'undo':
      return renderUndo(pass, action.changeId);
    case 'reroute':
      return renderEach(pass, action.routes, 'routes', (profile, image, item) =>
        profile.renderRoute(image, item.prefix, item.weights),
      );
    case 'buffer':
      return renderEach(pass, action.settings, 'settings', (profile, image, item) =>
        profile.renderBuffer(image, item),
      );
    case 'ecn':
      return renderEach(pass, action.settings, 'settings', (profile, image, item) =>
        profile.renderEcn(image, item),
      );
    case 'qos':
      return renderEach(pass, portsOf(action), 'ports', (profile, image, item) =>
        profile.renderQos === undefined
          ? refuse('capability-missing', item.interface, `${profile.name} has no queues to render`)
          : profile.renderQos(image, item),
      );
    case 'sr-policy':
      return (
        unresolved(pass, action) ??
        renderEach(pass, action.policies, 'policies', (profile, image, item) =>
          profile.renderSrPolicy === undefined
            ? refuse('capability-missing', 'device', `${profile.name} cannot write SR policies`)
            : profile.renderSrPolicy(image, item),
        )
      );
    case 'scheduler':
      return (
        unknownQueue(pass, action) ??
        renderEach(pass, action.settings, 'settings', (profile, image, item) =>
          profile.renderScheduler(image, item),
        )
      );
  }
}

/** Settings of one port together, in their order. */
function portsOf({ settings }: QosAction): readonly PortQueues[] {
  const ports = new Map<string, PortQueues & { readonly queues: QueueBehaviour[] }>();
  for (const { device, interface: iface, ...queue } of settings) {
    const key = `${device}:${iface}`;
    const port = ports.get(key) ?? { device, interface: iface, queues: [] };
    ports.set(key, port);
    port.queues.push(queue);
  }
  return [...ports.values()];
}

interface PortQueues {
  readonly device: DeviceId;
  readonly interface: string;
  readonly queues: readonly QueueBehaviour[];
}

/** Refuses ports and queues that the topology does not have; null when all are there. */
function unknownQueue(pass: Pass, { settings }: SchedulerAction): Result<never> | null {
  for (const [i, { device: id, interface: iface, queue }] of settings.entries()) {
    const where = `action.settings[${i}]`;
    const device = pass.env.topology.devices.get(id);
    if (device === undefined) continue;
    if (!device.interfaces.has(iface))
      return refuse('not-found', `${where}.interface`, `${id} has no interface ${iface}`);
    if (![...device.queueOfClass.values()].includes(queue))
      return refuse('not-found', `${where}.queue`, `${id} has no queue ${queue}`);
  }
  return null;
}

type Profile = NonNullable<ReturnType<typeof profileOf>>;
type Image = Parameters<Profile['renderRoute']>[0];

/** Renders the items of an action one after the other, each on the image that the last one left. */
function renderEach<Item extends { readonly device: DeviceId }>(
  pass: Pass,
  items: readonly Item[],
  field: string,
  renderItem: (profile: Profile, image: Image, item: Item) => Result<readonly LeafDiff[]>,
): Result<readonly DeviceDiff[]> {
  // One working copy for each device: a change of a thousand routes must not copy it as often.
  const images = new Map<DeviceId, Map<string, LeafValue>>();
  const merged = new Map<DeviceId, Map<string, LeafDiff>>();
  for (const [i, item] of items.entries()) {
    const where = `action.${field}[${i}]`;
    const profile = profileOf(pass, item.device);
    if (profile === null)
      return refuse('device-unknown', `${where}.device`, `${item.device} is not in the topology`);
    const observed = pass.observed.images.get(item.device);
    if (observed === undefined)
      return refuse(
        'device-unreachable',
        `${where}.device`,
        `the configuration of ${item.device} was not read yet`,
      );
    const image = images.get(item.device) ?? new Map(observed);
    images.set(item.device, image);
    const leaves = renderItem(profile, image, item);
    if (!leaves.ok)
      return refuse(leaves.error.code, `${where}: ${leaves.error.where}`, leaves.error.reason);
    for (const { path, after } of leaves.value)
      if (after === null) image.delete(path);
      else image.set(path, after);
    merged.set(item.device, mergeLeaves(merged.get(item.device), leaves.value));
  }
  return ok(toDiffs(merged));
}

/** Keeps the first `before` and the last `after` of each leaf. */
function mergeLeaves(present: Map<string, LeafDiff> | undefined, leaves: readonly LeafDiff[]) {
  const merged = present ?? new Map<string, LeafDiff>();
  for (const leaf of leaves)
    merged.set(leaf.path, { ...leaf, before: merged.get(leaf.path)?.before ?? leaf.before });
  return merged;
}

function toDiffs(merged: ReadonlyMap<DeviceId, ReadonlyMap<string, LeafDiff>>): DeviceDiff[] {
  const diffs: DeviceDiff[] = [];
  for (const [device, leaves] of merged) {
    const changed = [...leaves.values()].filter(
      (leaf) => String(leaf.before) !== String(leaf.after),
    );
    if (changed.length > 0) diffs.push({ device, leaves: changed });
  }
  return diffs;
}

/** The inverse of a kept change, with what the devices hold now as the base. */
function renderUndo(pass: Pass, id: string): Result<readonly DeviceDiff[]> {
  const change = pass.durable.changes.get(id as ChangeId);
  if (change === undefined) return refuse('not-found', 'action.changeId', `no change ${id}`);
  if (change.state !== 'confirmed')
    return refuse(
      'state-forbids',
      'action.changeId',
      `${id} is ${change.state}; only a confirmed change can be undone`,
    );
  return ok(change.plan.inverse);
}
