import type { DeviceId, FrameLayout, Topology } from '@weir/core/model';
import { channelKey } from '@weir/core/model';

/**
 * Fixes the order of the columns for one topology revision: every interface of every device is an
 * egress channel; queues exist on the interfaces that carry traffic (an end of a link or an
 * attachment); every endpoint prefix is expected on every device. Rows of one device are
 * neighbours in each of the three tables, which the column store relies on.
 */
export function buildLayout(topology: Topology): FrameLayout {
  const carrying = carryingPorts(topology);
  const prefixNames = [...new Set([...topology.endpoints.values()].map((end) => end.prefix))];
  const devices: DeviceId[] = [];
  const channels: FrameLayout['channels'][number][] = [];
  const queues: FrameLayout['queues'][number][] = [];
  const prefixes: FrameLayout['prefixes'][number][] = [];
  const channelIndex = new Map<string, number>();
  const queueIndex = new Map<string, number>();
  const prefixIndex = new Map<string, number>();

  for (const device of topology.devices.values()) {
    const deviceIndex = devices.push(device.id) - 1;
    const queueNames = new Set(device.queueOfClass.values());
    for (const port of device.interfaces.values()) {
      const key = channelKey({ device: device.id, interface: port.name });
      const channel =
        channels.push({
          device: deviceIndex,
          interface: port.name,
          capacityBps: port.capacityBps,
        }) - 1;
      channelIndex.set(key, channel);
      if (!carrying.has(key)) continue;
      for (const name of queueNames)
        queueIndex.set(`${key}:${name}`, queues.push({ channel, name }) - 1);
    }
    for (const prefix of prefixNames)
      prefixIndex.set(`${device.id}|${prefix}`, prefixes.push({ device: deviceIndex, prefix }) - 1);
  }
  return {
    revision: topology.revision,
    devices,
    channels,
    queues,
    prefixes,
    channelIndex,
    queueIndex,
    prefixIndex,
  };
}

function carryingPorts(topology: Topology): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const link of topology.links) {
    keys.add(channelKey(link.a));
    keys.add(channelKey(link.b));
  }
  for (const endpoint of topology.endpoints.values()) keys.add(channelKey(endpoint.attachedTo));
  return keys;
}
