import { createHash } from 'node:crypto';
import {
  deviceId,
  endpointId,
  type Device,
  type DeviceId,
  type Endpoint,
  type EndpointId,
  type Interface,
  type Link,
  type Topology,
} from '@weir/core/model';
import { canonicalJson } from '@weir/core/ports';
import { linkId, splitPort, type FabricSpec } from '@weir/sim';

/** The fabric as the controller knows it; what no inventory would hold is left out. */
export function topologyOf(spec: FabricSpec): Topology {
  const interfaces = interfacesByDevice(spec);
  const queueOfClass = new Map(
    spec.queues.flatMap((queue) => queue.classes.map((name) => [name, queue.name] as const)),
  );
  const devices = spec.switches.map((entry): [DeviceId, Device] => {
    const id = deviceId(entry.name);
    return [
      id,
      {
        id,
        role: entry.role,
        group: entry.group,
        profile: 'openconfig',
        address: `${entry.name}:9339`,
        interfaces: interfaces.get(entry.name) ?? new Map<string, Interface>(),
        weightGridEntries: entry.weightGridEntries,
        sharedBufferBytes: entry.sharedBufferBytes,
        queueOfClass,
      },
    ];
  });
  const { switches, links, endpoints, queues } = spec;
  return {
    name: spec.name,
    revision: createHash('sha256')
      .update(canonicalJson({ switches, links, endpoints, queues }))
      .digest('hex'),
    devices: new Map(devices),
    links: spec.links.map(linkOf),
    endpoints: new Map(spec.endpoints.map(endpointOf)),
  };
}

const portOf = (port: string) => {
  const { device, interface: name } = splitPort(port);
  return { device: deviceId(device), interface: name };
};

const linkOf = (link: FabricSpec['links'][number]): Link => ({
  id: linkId(link),
  a: portOf(link.a),
  b: portOf(link.b),
  capacityBps: link.capacityBps,
});

function endpointOf(endpoint: FabricSpec['endpoints'][number]): [EndpointId, Endpoint] {
  const { name, attachedTo, prefix, labels } = endpoint;
  const id = endpointId(name);
  return [id, { id, attachedTo: portOf(attachedTo), prefix, labels }];
}

function interfacesByDevice(spec: FabricSpec): Map<string, Map<string, Interface>> {
  const found = new Map<string, Map<string, Interface>>();
  const add = (port: string, capacityBps: number): void => {
    const { device, interface: name } = splitPort(port);
    const ports = found.get(device) ?? new Map<string, Interface>();
    if (!ports.has(name)) ports.set(name, { name, capacityBps });
    found.set(device, ports);
  };
  for (const link of spec.links) for (const port of [link.a, link.b]) add(port, link.capacityBps);
  for (const endpoint of spec.endpoints) add(endpoint.attachedTo, endpoint.capacityBps);
  return found;
}
