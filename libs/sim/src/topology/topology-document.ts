import { ok, refuse, type Result } from '@weir/core/base';
import { TRAFFIC_CLASSES, type DeviceRole, type TrafficClass } from '@weir/core/model';
import {
  splitPort,
  type EndpointSpec,
  type FabricSpec,
  type LinkSpec,
  type QueueSpec,
  type SwitchSpec,
} from '../network/spec';
import { DEFAULT_OPTIONS, type FabricOptions } from './draft';

type QueueNames = Partial<Readonly<Record<TrafficClass, string | undefined>>>;

/** A Topology document as the contracts parse it: capacities in bps, sizes in bytes. */
export interface TopologyInput {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly defaults: {
      readonly weightGridEntries: number;
      /** 0: unknown. */
      readonly sharedBuffer: number;
      readonly queues: QueueNames;
    };
    readonly devices: readonly {
      readonly name: string;
      readonly role: DeviceRole;
      readonly group?: string | undefined;
      readonly weightGridEntries?: number | undefined;
      readonly sharedBuffer?: number | undefined;
      readonly queues?: QueueNames | undefined;
      readonly interfaces: Readonly<Record<string, { readonly capacity: number }>>;
    }[];
    readonly links: readonly {
      readonly a: string;
      readonly b: string;
      readonly capacity?: number | undefined;
    }[];
    readonly endpoints: readonly {
      readonly name: string;
      readonly attachedTo: string;
      readonly prefix: string;
      readonly labels: Readonly<Record<string, string>>;
    }[];
  };
}

/** What a document does not say: delays, hashing, how queues are scheduled, unknown buffers. */
export type TopologyDefaults = Pick<
  FabricOptions,
  'sharedBufferBytes' | 'propagationUs' | 'hashing' | 'queues'
>;

const invalid = (where: string, reason: string) => refuse('topology-invalid', where, reason);

type DeviceInput = TopologyInput['spec']['devices'][number];

/** The fabric that a Topology document describes; references that lead nowhere are refused. */
export function fromTopology(
  document: TopologyInput,
  defaults: Partial<TopologyDefaults> = {},
): Result<FabricSpec> {
  const { spec } = document;
  const o = { ...DEFAULT_OPTIONS, ...defaults };
  const devices = new Map<string, DeviceInput>();
  const switches: SwitchSpec[] = [];
  for (const [i, device] of spec.devices.entries()) {
    const where = `spec.devices[${i}]`;
    if (devices.has(device.name)) return invalid(`${where}.name`, `"${device.name}" is not unique`);
    const odd = Object.entries(device.queues ?? {}).find(
      ([name, queue]) => spec.defaults.queues[name as TrafficClass] !== queue,
    );
    if (odd !== undefined)
      return invalid(`${where}.queues.${odd[0]}`, 'the simulator has the same queues everywhere');
    devices.set(device.name, device);
    const { name, role } = device;
    const weightGridEntries = device.weightGridEntries ?? spec.defaults.weightGridEntries;
    const known = device.sharedBuffer ?? spec.defaults.sharedBuffer;
    const sharedBufferBytes = known === 0 ? o.sharedBufferBytes : known;
    switches.push({
      name,
      role,
      group: device.group ?? role,
      sharedBufferBytes,
      weightGridEntries,
    });
  }
  const used = new Map<string, string>();
  const links = linksOf(spec, devices, used, o.propagationUs);
  if (!links.ok) return links;
  const endpoints = endpointsOf(spec, devices, used);
  if (!endpoints.ok) return endpoints;
  return ok({
    name: document.metadata.name,
    switches,
    links: links.value,
    endpoints: endpoints.value,
    queues: queuesOf(spec.defaults.queues, o.queues),
    hashing: o.hashing,
  });
}

type Devices = ReadonlyMap<string, DeviceInput>;

function linksOf(
  spec: TopologyInput['spec'],
  devices: Devices,
  used: Map<string, string>,
  propagationUs: number,
): Result<LinkSpec[]> {
  const links: LinkSpec[] = [];
  for (const [i, link] of spec.links.entries()) {
    const where = `spec.links[${i}]`;
    for (const side of ['a', 'b'] as const) {
      const port = link[side];
      if (!devices.has(splitPort(port).device))
        return invalid(`${where}.${side}`, `no device is called "${splitPort(port).device}"`);
      const other = used.get(port);
      if (other !== undefined)
        return invalid(`${where}.${side}`, `${port} is used by ${other} already`);
      used.set(port, `the link ${link.a}--${link.b}`);
    }
    const capacityBps = link.capacity ?? capacityOf(devices, link.a) ?? capacityOf(devices, link.b);
    if (capacityBps === undefined)
      return invalid(`${where}.capacity`, 'required: neither interface has a capacity');
    links.push({ a: link.a, b: link.b, capacityBps, propagationUs });
  }
  return ok(links);
}

function capacityOf(devices: Devices, text: string): number | undefined {
  const port = splitPort(text);
  return devices.get(port.device)?.interfaces[port.interface]?.capacity;
}

function endpointsOf(
  spec: TopologyInput['spec'],
  devices: Devices,
  used: ReadonlyMap<string, string>,
): Result<EndpointSpec[]> {
  const endpoints: EndpointSpec[] = [];
  const names = new Set<string>();
  const homeOf = new Map<string, string>();
  for (const [i, { name, attachedTo, prefix, labels }] of spec.endpoints.entries()) {
    const where = `spec.endpoints[${i}]`;
    if (names.has(name)) return invalid(`${where}.name`, `"${name}" is not unique`);
    names.add(name);
    const { device } = splitPort(attachedTo);
    if (!devices.has(device))
      return invalid(`${where}.attachedTo`, `no device is called "${device}"`);
    const other = used.get(attachedTo);
    if (other !== undefined)
      return invalid(`${where}.attachedTo`, `${attachedTo} belongs to ${other}`);
    const home = homeOf.get(prefix) ?? device;
    homeOf.set(prefix, home);
    if (home !== device)
      return invalid(`${where}.prefix`, `${prefix} is attached to ${home} already`);
    const capacityBps = capacityOf(devices, attachedTo);
    if (capacityBps === undefined)
      return invalid(`${where}.attachedTo`, `declare ${attachedTo} with its capacity`);
    endpoints.push({ name, attachedTo, prefix, capacityBps, labels: { leaf: device, ...labels } });
  }
  return ok(endpoints);
}

/**
 * Queues by the names that the document gives them. Known names keep their scheduling, others are
 * weighted as the last known one; classes without a name are in the last queue.
 */
function queuesOf(names: QueueNames, known: readonly QueueSpec[]): QueueSpec[] {
  const given = new Set(Object.values(names).filter((name) => name !== undefined));
  if (given.size === 0) return [...known];
  const last = known.at(-1);
  const order = [
    ...known.filter((queue) => given.has(queue.name)),
    ...[...given]
      .filter((name) => !known.some((queue) => queue.name === name))
      .map((name) => ({ name, strict: false, weight: last?.weight || 1 })),
  ];
  const rest = order.at(-1)?.name;
  return order.map(({ name, strict, weight }) => ({
    name,
    strict,
    weight,
    classes: TRAFFIC_CLASSES.filter((one) => (names[one] ?? rest) === name),
  }));
}
