/**
 * The lab as data: two spines, three leaves, six hosts. Everything else (namespaces, links, routes,
 * the topology file of the daemon) is derived from here, so that they cannot disagree.
 */

/**
 * What the inventory says about every fabric link; host links have twice as much. User-mode Linux
 * pays a timer for nearly every packet of every shaped port: run.mjs gives it slower links.
 */
export const LINK_MBPS = Number(process.env.WEIR_LAB_LINK_MBPS ?? 50);
export const HOST_MBPS = 2 * LINK_MBPS;
/** Longest queue of a port, as time at its rate: what a full queue costs a request. */
export const QUEUE_MS = 200;

export const GNMI_PORT = 9339;
export const OTLP_PORT = 4317;

export const leaves = ['leaf1', 'leaf2', 'leaf3'];
export const spines = ['spine1', 'spine2'];
export const switches = [...leaves, ...spines];

/** Two hosts a leaf; host I of leaf L is 10.L.I.2 behind 10.L.I.1. */
export const hosts = leaves.flatMap((leaf, l) =>
  [1, 2].map((i) => ({
    name: `h${2 * l + i}`,
    leaf,
    port: `host${i}`,
    prefix: `10.${l + 1}.${i}.0/24`,
    gateway: `10.${l + 1}.${i}.1`,
    address: `10.${l + 1}.${i}.2`,
  })),
);

/** Fabric links: `upS` of each leaf to `downL` of each spine, a /31 on each. */
export const fabricLinks = leaves.flatMap((leaf, l) =>
  spines.map((spine, s) => ({
    leaf,
    leafPort: `up${s + 1}`,
    leafAddress: `10.0.${l + 1}${s + 1}.0`,
    spine,
    spinePort: `down${l + 1}`,
    spineAddress: `10.0.${l + 1}${s + 1}.1`,
  })),
);

/** The fabric link that has a port, named from either end as `leaf1:up1` or `spine1:down1`. */
export const linkNamed = (port) => {
  const link = fabricLinks.find(
    (item) =>
      `${item.leaf}:${item.leafPort}` === port || `${item.spine}:${item.spinePort}` === port,
  );
  if (link === undefined) throw new Error(`no fabric link at ${port} in the lab`);
  return link;
};

export const hostNamed = (name) => {
  const host = hosts.find((item) => item.name === name);
  if (host === undefined) throw new Error(`no host ${name} in the lab`);
  return host;
};

/** Ports of a switch and the rate of each in Mb/s, as the inventory has them. */
export function portsOf(device) {
  return [
    ...fabricLinks
      .filter((link) => link.leaf === device || link.spine === device)
      .map((link) => ({
        name: link.leaf === device ? link.leafPort : link.spinePort,
        mbps: LINK_MBPS,
      })),
    ...hosts
      .filter((host) => host.leaf === device)
      .map((host) => ({ name: host.port, mbps: HOST_MBPS })),
  ];
}

/**
 * The namespace of the daemon and of the lab itself. It is on the running kernel even when the
 * fabric is in User-mode Linux: a cable (`CABLE`) then leads there.
 */
export const MANAGER = 'manager';
/** Where every node reaches the daemon. */
export const MANAGER_ADDRESS = '10.254.0.1';
export const CABLE = { outside: MANAGER_ADDRESS, inside: '10.254.0.2', length: 24 };

/** Management addresses: 10.255.N.1 on the manager's side, 10.255.N.2 on the node's. */
export const managed = [...switches, ...hosts.map((host) => host.name)];
export const MANAGEMENT_PREFIX = '10.255.0.0/16';
export const managementOf = (node) => {
  const number = managed.indexOf(node) + 1;
  if (number === 0) throw new Error(`no node ${node} in the lab`);
  return { gateway: `10.255.${number}.1`, node: `10.255.${number}.2`, port: `m${number}` };
};

/** Bulk traffic is pinned to spine1, with the way over spine2 configured; the rest is spread. */
const PINNED = { up1: 64, up2: 0 };
const EVEN = { up1: 32, up2: 32 };
export const BULK_RECEIVER = 'h3';

/** Routes that the operator configured before the daemon came. */
export function initialRoutes(device) {
  if (leaves.includes(device))
    return hosts
      .filter((host) => host.leaf !== device)
      .map((host) => ({
        prefix: host.prefix,
        nextHops: fabricLinks
          .filter((link) => link.leaf === device)
          .map((link) => ({
            address: link.spineAddress,
            interface: link.leafPort,
            weight: (host.name === BULK_RECEIVER ? PINNED : EVEN)[link.leafPort],
          })),
      }));
  return hosts.map((host) => {
    const link = fabricLinks.find((item) => item.spine === device && item.leaf === host.leaf);
    return {
      prefix: host.prefix,
      nextHops: [{ address: link.leafAddress, interface: link.spinePort, weight: 1 }],
    };
  });
}

/** Queues of every port; what is not marked goes where the requests go. */
export const QUEUES = {
  priority: { id: 1, class: 'real-time-inference', dscp: [0, 46] },
  bulk: { id: 0, class: 'storage', dscp: [8] },
};

/** The topology file of the daemon: what the inventory believes. `device` adds fields to each. */
export function topologyDocument({ device = () => ({}), defaults = {} } = {}) {
  const queues = Object.fromEntries(
    Object.entries(QUEUES).map(([name, queue]) => [queue.class, name]),
  );
  return {
    apiVersion: 'weir.dev/v1',
    kind: 'Topology',
    metadata: { name: 'weir-lab' },
    spec: {
      defaults: { profile: 'openconfig', weightGridEntries: 64, queues, ...defaults },
      devices: switches.map((name) => ({
        name,
        role: leaves.includes(name) ? 'leaf' : 'spine',
        group: leaves.includes(name) ? 'leaves' : 'spines',
        address: `${managementOf(name).node}:${GNMI_PORT}`,
        interfaces: Object.fromEntries(
          portsOf(name).map((port) => [port.name, { capacity: `${port.mbps}M` }]),
        ),
        ...device(name),
      })),
      links: fabricLinks.map((link) => ({
        a: `${link.leaf}:${link.leafPort}`,
        b: `${link.spine}:${link.spinePort}`,
        capacity: `${LINK_MBPS}M`,
      })),
      endpoints: hosts.map((host) => ({
        name: host.name,
        attachedTo: `${host.leaf}:${host.port}`,
        prefix: host.prefix,
      })),
    },
  };
}
