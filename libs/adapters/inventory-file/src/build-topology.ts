import { nearest, type TopologyDocument } from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import {
  channelKey,
  deviceId,
  endpointId,
  type Device,
  type DeviceId,
  type Endpoint,
  type EndpointId,
  type Interface,
  type Link,
  type Port,
  type Topology,
  type TrafficClass,
} from '@weir/core/model';
import { canonicalJson } from '@weir/core/ports';
import { checkSpeakers, speakerOf } from './bgp-speaker';

type Spec = TopologyDocument['spec'];
/** A device while its interfaces are still being collected from links. */
type DeviceDraft = Omit<Device, 'interfaces'> & { readonly interfaces: Map<string, Interface> };
type Devices = ReadonlyMap<DeviceId, DeviceDraft>;
/** Channel key of each port that a link uses, and the link in words. */
type PortUse = Map<string, string>;

const invalid = (where: string, reason: string) => refuse('topology-invalid', where, reason);

/** Checks the references of a document and turns it into the model. */
export function buildTopology(
  document: TopologyDocument,
  digest: (text: string) => string,
): Result<Topology> {
  const devices = buildDevices(document.spec);
  if (!devices.ok) return devices;
  const usedBy: PortUse = new Map();
  const links = buildLinks(document.spec, devices.value, usedBy);
  if (!links.ok) return links;
  const speakers = checkSpeakers(document.spec, devices.value);
  if (!speakers.ok) return speakers;
  const endpoints = buildEndpoints(document.spec, devices.value, usedBy);
  if (!endpoints.ok) return endpoints;
  return ok({
    name: document.metadata.name,
    revision: digest(canonicalJson(document)),
    devices: devices.value,
    links: links.value,
    endpoints: endpoints.value,
  });
}

function buildDevices(spec: Spec): Result<Devices> {
  const devices = new Map<DeviceId, DeviceDraft>();
  const addressOf = new Map<string, string>();
  const sidOf = new Map<number | string, string>();
  for (const [i, device] of spec.devices.entries()) {
    const where = `spec.devices[${i}]`;
    const id = deviceId(device.name);
    if (devices.has(id)) return invalid(`${where}.name`, `a device "${id}" exists already`);
    const address = device.address ?? '';
    const other = address && addressOf.get(address);
    if (other) return invalid(`${where}.address`, `${address} is the address of ${other} already`);
    addressOf.set(address, id);
    const { nodeSid } = device;
    const twin = nodeSid !== undefined && sidOf.get(nodeSid);
    if (twin) return invalid(`${where}.nodeSid`, `${nodeSid} is the node SID of ${twin} already`);
    if (nodeSid !== undefined) sidOf.set(nodeSid, id);
    const interfaces = Object.entries(device.interfaces).map(
      ([name, { capacity }]) => [name, { name, capacityBps: capacity }] as const,
    );
    const queues = { ...spec.defaults.queues, ...device.queues };
    devices.set(id, {
      id,
      role: device.role,
      group: device.group ?? device.role,
      profile: device.profile ?? spec.defaults.profile,
      address,
      interfaces: new Map(interfaces),
      weightGridEntries: device.weightGridEntries ?? spec.defaults.weightGridEntries,
      sharedBufferBytes: device.sharedBuffer ?? spec.defaults.sharedBuffer,
      queueOfClass: new Map(Object.entries(queues) as [TrafficClass, string][]),
      ...(device.nodeSid === undefined ? {} : { nodeSid: device.nodeSid }),
      ...(device.bgp === undefined ? {} : { bgp: speakerOf(device.bgp) }),
    });
  }
  return ok(devices);
}

/** The device part ends at the first colon; interface names may hold more of them. */
function portOf(text: string): Port {
  const colon = text.indexOf(':');
  return { device: deviceId(text.slice(0, colon)), interface: text.slice(colon + 1) };
}

function findDevice(devices: Devices, port: Port, where: string): Result<DeviceDraft> {
  const device = devices.get(port.device);
  if (device) return ok(device);
  const near = nearest(port.device, devices.keys());
  const hint = near ? `; did you mean "${near}"?` : '';
  return invalid(where, `no device is called "${port.device}"${hint}`);
}

function buildLinks(spec: Spec, devices: Devices, usedBy: PortUse): Result<readonly Link[]> {
  const links: Link[] = [];
  for (const [i, document] of spec.links.entries()) {
    const where = `spec.links[${i}]`;
    const ends = [portOf(document.a), portOf(document.b)] as const;
    for (const [end, side] of [
      [ends[0], 'a'],
      [ends[1], 'b'],
    ] as const) {
      const device = findDevice(devices, end, `${where}.${side}`);
      if (!device.ok) return device;
      const user = usedBy.get(channelKey(end));
      if (user) return invalid(`${where}.${side}`, `${channelKey(end)} is used by ${user} already`);
      usedBy.set(channelKey(end), `the link ${document.a}--${document.b}`);
    }
    if (ends[0].device === ends[1].device)
      return invalid(`${where}.b`, `both ends are on ${ends[1].device}`);
    const capacityBps = linkCapacity(devices, ends, document.capacity, where);
    if (!capacityBps.ok) return capacityBps;
    for (const end of ends) {
      const { interfaces } = devices.get(end.device) as DeviceDraft;
      const port = { name: end.interface, capacityBps: capacityBps.value };
      if (!interfaces.has(end.interface)) interfaces.set(end.interface, port);
    }
    const id = ends.map(channelKey).sort().join('--');
    links.push({ id, a: ends[0], b: ends[1], capacityBps: capacityBps.value });
  }
  return ok(links);
}

/** The link and both of its interfaces have one capacity; any of them may leave it out. */
function linkCapacity(
  devices: Devices,
  ends: readonly Port[],
  stated: number | undefined,
  where: string,
): Result<number> {
  const known = ends.map((end) => ({
    what: channelKey(end),
    bps: devices.get(end.device)?.interfaces.get(end.interface)?.capacityBps,
  }));
  if (stated !== undefined) known.push({ what: 'the link', bps: stated });
  const [first, ...others] = known.filter((one) => one.bps !== undefined);
  if (first?.bps === undefined)
    return invalid(`${where}.capacity`, 'required: neither interface has a capacity');
  const odd = others.find((one) => one.bps !== first.bps);
  if (!odd) return ok(first.bps);
  const figures = `${odd.what} has ${odd.bps} bps and ${first.what} ${first.bps} bps`;
  return invalid(`${where}.capacity`, `${figures}; they must be the same`);
}

function buildEndpoints(
  spec: Spec,
  devices: Devices,
  usedBy: PortUse,
): Result<ReadonlyMap<EndpointId, Endpoint>> {
  const endpoints = new Map<EndpointId, Endpoint>();
  const homeOf = new Map<string, DeviceId>();
  for (const [i, document] of spec.endpoints.entries()) {
    const where = `spec.endpoints[${i}]`;
    const id = endpointId(document.name);
    if (endpoints.has(id)) return invalid(`${where}.name`, `an endpoint "${id}" exists already`);
    const port = portOf(document.attachedTo);
    const device = findDevice(devices, port, `${where}.attachedTo`);
    if (!device.ok) return device;
    const user = usedBy.get(channelKey(port));
    if (user) return invalid(`${where}.attachedTo`, `${channelKey(port)} belongs to ${user}`);
    if (!device.value.interfaces.has(port.interface)) {
      const near = nearest(port.interface, device.value.interfaces.keys());
      const hint = near ? `; did you mean "${near}"?` : '; declare it with its capacity';
      const reason = `${port.device} has no interface "${port.interface}"${hint}`;
      return invalid(`${where}.attachedTo`, reason);
    }
    const home = homeOf.get(document.prefix);
    if (home !== undefined && home !== port.device)
      return invalid(`${where}.prefix`, `${document.prefix} is attached to ${home} already`);
    homeOf.set(document.prefix, port.device);
    const { prefix, labels } = document;
    endpoints.set(id, { id, attachedTo: port, prefix, labels });
  }
  return ok(endpoints);
}
