import {
  deviceId,
  endpointId,
  type ConfigImage,
  type Device,
  type DeviceId,
  type Endpoint,
  type Topology,
} from '@weir/core/model';

const SPINES = 16;
const HOST_PORTS = 32;
/** Each leaf brings its uplinks, its host ports, and one port on every spine. */
export const INTERFACES_PER_LEAF = 2 * SPINES + HOST_PORTS;
export const CAPACITY_BPS = 100e9;
const MAX_PREFIXES = 32;
const QUEUES = ['rt', 'train'];
const STATIC =
  '/network-instances/network-instance[name=DEFAULT]/protocols/protocol[identifier=STATIC][name=DEFAULT]/static-routes';

/** One workload that will miss its objective: traffic from a leaf to the prefix of another. */
export interface Victim {
  readonly name: string;
  readonly leaf: DeviceId;
  readonly source: string;
  readonly destination: string;
  readonly prefix: string;
}

export interface BenchFabric {
  readonly topology: Topology;
  readonly images: ReadonlyMap<DeviceId, ConfigImage>;
  readonly victims: readonly Victim[];
}

/**
 * A two-layer fabric with (nearly) the wanted number of interfaces: 16 spines, leaves with 16
 * uplinks and 32 host ports. Up to 32 leaves own a service prefix; the first half of them are the
 * victims' sources and the second half their destinations. `portOf` is the management port of a
 * victim's leaf, the only devices whose configuration is written.
 */
export function benchFabric(
  interfaces: number,
  portOf: (leaf: DeviceId) => number = () => 1,
): BenchFabric {
  const leafCount = Math.max(2, Math.round(interfaces / INTERFACES_PER_LEAF));
  const owners = Math.min(MAX_PREFIXES, leafCount - (leafCount % 2));
  const leaves = Array.from({ length: leafCount }, (_, i) => deviceId(`leaf${i}`));
  const spines = Array.from({ length: SPINES }, (_, i) => deviceId(`spine${i}`));
  const victims = leaves.slice(0, owners / 2).map((leaf, i) => ({
    name: `service${i}`,
    leaf,
    source: `host${i}`,
    destination: `host${i + owners / 2}`,
    prefix: prefixOf(i + owners / 2),
  }));
  const written = new Set(victims.map((victim) => victim.leaf));

  const devices = new Map<DeviceId, Device>();
  for (const id of leaves) {
    const address = `127.0.0.1:${written.has(id) ? portOf(id) : 1}`;
    devices.set(id, deviceOf(id, 'leaf', address, [...uplinks(), ...hostPorts()]));
  }
  const downlinks = leaves.map((_, i) => `down${i}`);
  for (const id of spines) devices.set(id, deviceOf(id, 'spine', '127.0.0.1:1', downlinks));

  const links = leaves.flatMap((leaf, l) =>
    spines.map((spine, s) => ({
      id: `${leaf}-${spine}`,
      a: { device: leaf, interface: `up${s}` },
      b: { device: spine, interface: `down${l}` },
      capacityBps: CAPACITY_BPS,
    })),
  );
  const endpoints = leaves.slice(0, owners).map((leaf, i): Endpoint => ({
    id: endpointId(`host${i}`),
    attachedTo: { device: leaf, interface: 'host0' },
    prefix: prefixOf(i),
    labels: {},
  }));
  const topology: Topology = {
    name: `bench-${interfaces}`,
    revision: `bench-${interfaces}`,
    devices,
    links,
    endpoints: new Map(endpoints.map((endpoint) => [endpoint.id, endpoint])),
  };
  return { topology, images: imagesOf(leaves, spines, owners), victims };
}

const prefixOf = (leaf: number): string => `10.${leaf >> 8}.${leaf & 255}.0/24`;
const uplinks = (): string[] => Array.from({ length: SPINES }, (_, i) => `up${i}`);
const hostPorts = (): string[] => Array.from({ length: HOST_PORTS }, (_, i) => `host${i}`);

function deviceOf(
  id: DeviceId,
  role: Device['role'],
  address: string,
  ports: readonly string[],
): Device {
  return {
    id,
    role,
    group: role,
    profile: 'openconfig',
    address,
    interfaces: new Map(ports.map((name) => [name, { name, capacityBps: CAPACITY_BPS }])),
    weightGridEntries: 64,
    sharedBufferBytes: 64e6,
    queueOfClass: new Map([
      ['real-time-inference', 'rt'],
      ['training', 'train'],
    ]),
  };
}

/** Routes of every device; devices with the same routes share one image. */
function imagesOf(
  leaves: readonly DeviceId[],
  spines: readonly DeviceId[],
  owners: number,
): ReadonlyMap<DeviceId, ConfigImage> {
  const all = Array.from({ length: owners }, (_, i) => i);
  const images = new Map<DeviceId, ConfigImage>();
  const leafQueues = queuesOf([...uplinks(), 'host0']);
  const leafImage = (towards: readonly number[]): ConfigImage =>
    new Map([...routesTo(towards, uplinks), ...leafQueues]);
  const common = leafImage(all);
  leaves.forEach((leaf, i) => {
    images.set(leaf, i < owners ? leafImage(all.filter((owner) => owner !== i)) : common);
  });
  const down = new Map([
    ...routesTo(all, (owner) => [`down${owner}`]),
    ...queuesOf(leaves.map((_, i) => `down${i}`)),
  ]);
  for (const spine of spines) images.set(spine, down);
  return images;
}

/** Two queues on every port, all on one shared buffer profile with dynamic thresholds. */
function queuesOf(ports: readonly string[]): ConfigImage {
  const image = new Map<string, string | number | boolean>();
  const profile = '/qos/buffer-allocation-profiles/buffer-allocation-profile[name=shared]';
  image.set(`${profile}/config/name`, 'shared');
  for (const queue of QUEUES) {
    const config = `${profile}/queues/queue[name=${queue}]/config`;
    image.set(`${config}/name`, queue);
    image.set(`${config}/dedicated-buffer`, '4096');
    image.set(`${config}/use-shared-buffer`, true);
    image.set(`${config}/shared-buffer-limit-type`, 'DYNAMIC_BASED_ON_SCALING_FACTOR');
    image.set(`${config}/dynamic-limit-scaling-factor`, -1);
  }
  for (const port of ports) {
    const entry = `/qos/interfaces/interface[interface-id=${port}]`;
    image.set(`${entry}/config/interface-id`, port);
    image.set(`${entry}/output/config/buffer-allocation-profile`, 'shared');
    for (const queue of QUEUES)
      image.set(`${entry}/output/queues/queue[name=${queue}]/config/name`, queue);
  }
  return image;
}

function routesTo(
  owners: readonly number[],
  portsTowards: (owner: number) => readonly string[],
): ConfigImage {
  const image = new Map<string, string>();
  for (const owner of owners) {
    const route = `${STATIC}/static[prefix=${prefixOf(owner)}]`;
    image.set(`${route}/config/prefix`, prefixOf(owner));
    portsTowards(owner).forEach((port, i) => {
      const hop = `${route}/next-hops/next-hop[index=${i}]`;
      image.set(`${hop}/config/index`, String(i));
      image.set(`${hop}/config/next-hop`, `192.0.2.${i + 1}`);
      image.set(`${hop}/config/wecmp-weight`, '4');
      image.set(`${hop}/interface-ref/config/interface`, port);
    });
  }
  return image;
}
