import type { DeviceView, IntentView, PolicyView, TopologyView } from '@weir/contracts';
import {
  channelKey,
  intentId,
  type EngineStatus,
  type IntentResource,
  type Mode,
  type Topology,
} from '@weir/core/model';
import type { ReadModel } from '@weir/runtime';
import type { Site } from '../../boot/load-site';

/** How resources look from outside. Status is null where the engine has not judged, or is silent. */
export function intentView(resource: IntentResource, status: EngineStatus | null): IntentView {
  const id = intentId(resource.kind, resource.metadata.name);
  const found = status?.intents.find((item) => item.id === id) ?? null;
  return {
    ...resource,
    metadata: { ...resource.metadata, labels: { ...resource.metadata.labels } },
    status: found && {
      ...found,
      conditions: found.conditions.map((condition) => ({ ...condition })),
      figures: { ...found.figures },
    },
  };
}

export function deviceViews(topology: Topology, status: EngineStatus | null): DeviceView[] {
  const known = new Map(status?.devices.map((device) => [device.device, device]));
  return [...topology.devices.values()].map((device) => ({
    name: device.id,
    role: device.role,
    group: device.group,
    profile: device.profile,
    address: device.address,
    interfaces: [...device.interfaces.values()].map((port) => ({ ...port })),
    status: known.get(device.id) ?? null,
  }));
}

export function policyView(
  { policy }: Site,
  state: Pick<ReadModel, 'ruleModes' | 'groupModes'>,
): PolicyView {
  return {
    name: policy.name,
    hash: policy.hash,
    text: policy.text,
    rules: policy.rules.map((rule) => ({
      name: rule.name,
      description: rule.description,
      when: rule.enterText,
      action: { ...rule.action },
      mode: rule.mode,
      effectiveMode: state.ruleModes.get(rule.name) ?? rule.mode,
    })),
    groups: { ...policy.groups },
  };
}

export interface ModesView {
  readonly rules: Record<string, Mode>;
  readonly groups: Record<string, Mode>;
}

/** Modes in force: the policy's, with what was set over it. Groups without one are `auto`. */
export function modesView(
  { policy, topology }: Site,
  state: Pick<ReadModel, 'ruleModes' | 'groupModes'>,
): ModesView {
  const groups = new Set([...topology.devices.values()].map((device) => device.group));
  const mode = (group: string): Mode =>
    state.groupModes.get(group) ?? policy.groups[group] ?? 'auto';
  return {
    rules: Object.fromEntries(
      policy.rules.map((rule) => [rule.name, state.ruleModes.get(rule.name) ?? rule.mode]),
    ),
    groups: Object.fromEntries([...groups].sort().map((group) => [group, mode(group)])),
  };
}

export function topologyView(topology: Topology): TopologyView {
  return {
    name: topology.name,
    revision: topology.revision,
    devices: [...topology.devices.values()].map(({ id, role, group, address }) => ({
      name: id,
      role,
      group,
      address,
    })),
    links: topology.links.map(({ id, a, b, capacityBps }) => ({
      id,
      a: channelKey(a),
      b: channelKey(b),
      capacityBps,
    })),
    endpoints: [...topology.endpoints.values()].map((endpoint) => ({
      name: endpoint.id,
      attachedTo: channelKey(endpoint.attachedTo),
      prefix: endpoint.prefix,
      labels: { ...endpoint.labels },
    })),
  };
}
