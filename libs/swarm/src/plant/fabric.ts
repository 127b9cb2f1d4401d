import { OpenConfigProfile } from '@weir/adapter-gnmi';
import {
  deviceId,
  endpointId,
  type ConfigImage,
  type Device,
  type DeviceId,
  type Endpoint,
  type FrameLayout,
  type LeafValue,
  type Topology,
} from '@weir/core/model';
import { buildLayout } from '@weir/runtime';

export const CAPACITY_BPS = 100e9;
export const LEAVES = ['l1', 'l2', 'l3', 'l4'] as const;
const SPINES = ['s1', 's2', 's3'] as const;
export const QUEUE = 'rt';
export const HOST = 'h';
/** Hosts are never in the way. */
const HOST_BPS = 400e9;

export const STATIC_ROUTES =
  '/network-instances/network-instance[name=DEFAULT]' +
  '/protocols/protocol[identifier=STATIC][name=DEFAULT]/static-routes';

/** One fabric for each number of spines: what does not change from seed to seed is made once. */
export interface Fabric {
  readonly topology: Topology;
  readonly layout: FrameLayout;
  readonly spines: readonly string[];
  readonly profile: OpenConfigProfile;
  /** Configuration that every switch boots with. */
  readonly images: ReadonlyMap<DeviceId, ConfigImage>;
}

export const prefixOf = (leaf: string): string => `10.0.${leaf.slice(1)}.0/24`;

const known = new Map<number, Fabric>();

/** Four leaves with a host each, two or three spines, every route static. */
export function fabricOf(spineCount: number): Fabric {
  const found = known.get(spineCount);
  if (found !== undefined) return found;
  const spines = SPINES.slice(0, spineCount);
  const topology = topologyOf(spines);
  const images = new Map<DeviceId, ConfigImage>();
  for (const device of topology.devices.values())
    images.set(device.id, imageOf(device, device.role === 'leaf' ? spines : null));
  const layout = buildLayout(topology);
  const fabric = { topology, layout, spines, profile: new OpenConfigProfile(), images };
  known.set(spineCount, fabric);
  return fabric;
}

function topologyOf(spines: readonly string[]): Topology {
  const devices = new Map<DeviceId, Device>();
  const add = (name: string, role: 'leaf' | 'spine', ports: readonly string[]): void => {
    const id = deviceId(name);
    devices.set(id, {
      id,
      role,
      group: role === 'leaf' ? 'leaves' : 'spines',
      profile: 'openconfig',
      address: `${name}:1`,
      interfaces: new Map(
        ports.map((name) => [name, { name, capacityBps: name === HOST ? HOST_BPS : CAPACITY_BPS }]),
      ),
      weightGridEntries: 64,
      sharedBufferBytes: 16e6,
      queueOfClass: new Map([['real-time-inference', QUEUE]] as const),
    });
  };
  for (const leaf of LEAVES) add(leaf, 'leaf', [...spines, HOST]);
  for (const spine of spines) add(spine, 'spine', LEAVES);
  const links = LEAVES.flatMap((leaf) =>
    spines.map((spine) => ({
      id: `${leaf}-${spine}`,
      a: { device: deviceId(leaf), interface: spine },
      b: { device: deviceId(spine), interface: leaf },
      capacityBps: CAPACITY_BPS,
    })),
  );
  const endpoints = LEAVES.map((leaf): Endpoint => ({
    id: endpointId(`host-${leaf}`),
    attachedTo: { device: deviceId(leaf), interface: HOST },
    prefix: prefixOf(leaf),
    labels: {},
  }));
  const byId = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
  return { name: 'swarm', revision: `r${spines.length}`, devices, links, endpoints: byId };
}

/** `uplinks`: every route of a leaf leads over all of them; a spine leads straight to the leaf. */
function imageOf(device: Device, uplinks: readonly string[] | null): ConfigImage {
  const image = new Map<string, LeafValue>();
  for (const leaf of LEAVES) {
    if (leaf === device.id) continue;
    const base = `${STATIC_ROUTES}/static[prefix=${prefixOf(leaf)}]`;
    image.set(`${base}/config/prefix`, prefixOf(leaf));
    for (const [i, hop] of (uplinks ?? [leaf]).entries()) {
      const path = `${base}/next-hops/next-hop[index=${i}]`;
      image.set(`${path}/config/index`, String(i));
      image.set(`${path}/config/next-hop`, `192.0.2.${i + 1}`);
      image.set(`${path}/config/wecmp-weight`, '1');
      image.set(`${path}/interface-ref/config/interface`, hop);
    }
  }
  addQueues(image, device);
  return image;
}

/** One buffer profile that all ports share, as switches come. */
function addQueues(image: Map<string, LeafValue>, device: Device): void {
  const profile = '/qos/buffer-allocation-profiles/buffer-allocation-profile[name=default]';
  const queue = `${profile}/queues/queue[name=${QUEUE}]/config`;
  image.set(`${profile}/config/name`, 'default');
  image.set(`${queue}/name`, QUEUE);
  image.set(`${queue}/dedicated-buffer`, '100000');
  image.set(`${queue}/use-shared-buffer`, true);
  image.set(`${queue}/shared-buffer-limit-type`, 'DYNAMIC_BASED_ON_SCALING_FACTOR');
  image.set(`${queue}/dynamic-limit-scaling-factor`, 0);
  for (const port of device.interfaces.keys()) {
    const base = `/qos/interfaces/interface[interface-id=${port}]`;
    image.set(`${base}/config/interface-id`, port);
    image.set(`${base}/output/config/buffer-allocation-profile`, 'default');
    image.set(`${base}/output/queues/queue[name=${QUEUE}]/config/name`, QUEUE);
  }
}
