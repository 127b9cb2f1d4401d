/**
 * The lab as data: two leaves, two spines, four hosts. Everything else (namespaces, links, routes,
 * the topology file of the daemon) is derived from here, so that they cannot disagree.
 */

/** What the inventory says about every fabric link; host links have twice as much. */
export const LINK_MBPS = 50;
/** What spine2 really sends towards leaf2: a bad optic that no inventory knows of. */
export const SECRET_MBPS = 15;
/** Longest queue of a port, as time at its rate: what a full queue costs a request. */
export const QUEUE_MS = 200;

export const GNMI_PORT = 9339;
export const OTLP_PORT = 4317;

export const leaves = ['leaf1', 'leaf2'];
export const spines = ['spine1', 'spine2'];
export const switches = [...leaves, ...spines];

export const hosts = [
  {
    name: 'h1',
    leaf: 'leaf1',
    port: 'host1',
    prefix: '10.1.1.0/24',
    gateway: '10.1.1.1',
    address: '10.1.1.2',
  },
  {
    name: 'h2',
    leaf: 'leaf1',
    port: 'host2',
    prefix: '10.1.2.0/24',
    gateway: '10.1.2.1',
    address: '10.1.2.2',
  },
  {
    name: 'h3',
    leaf: 'leaf2',
    port: 'host1',
    prefix: '10.2.1.0/24',
    gateway: '10.2.1.1',
    address: '10.2.1.2',
  },
  {
    name: 'h4',
    leaf: 'leaf2',
    port: 'host2',
    prefix: '10.2.2.0/24',
    gateway: '10.2.2.1',
    address: '10.2.2.2',
  },
];

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

export const hostNamed = (name) => {
  const host = hosts.find((item) => item.name === name);
  if (host === undefined) throw new Error(`no host ${name} in the lab`);
  return host;
};

/** Management addresses: 10.255.N.1 on the manager's side, 10.255.N.2 on the node's. */
export const managed = [...switches, ...hosts.map((host) => host.name)];
export const managementOf = (node) => {
  const number = managed.indexOf(node) + 1;
  return { manager: `10.255.${number}.1`, node: `10.255.${number}.2`, port: `m${number}` };
};

/** Bulk traffic is pinned to spine1, with the way over spine2 configured; inference is spread. */
const BULK_WEIGHTS = { up1: 64, up2: 0 };
const EVEN_WEIGHTS = { up1: 32, up2: 32 };

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
            weight: (host.name === 'h3' ? BULK_WEIGHTS : EVEN_WEIGHTS)[link.leafPort],
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

/** The topology file of the daemon: what the inventory believes, secret limit excluded. */
export function topologyDocument() {
  const capacity = `${LINK_MBPS}M`;
  return {
    apiVersion: 'weir.dev/v1',
    kind: 'Topology',
    metadata: { name: 'weir-lab' },
    spec: {
      defaults: { profile: 'openconfig', weightGridEntries: 64 },
      devices: switches.map((name) => ({
        name,
        role: leaves.includes(name) ? 'leaf' : 'spine',
        group: leaves.includes(name) ? 'leaves' : 'spines',
        address: `${managementOf(name).node}:${GNMI_PORT}`,
        interfaces: Object.fromEntries([
          ...fabricLinks
            .filter((link) => link.leaf === name || link.spine === name)
            .map((link) => [link.leaf === name ? link.leafPort : link.spinePort, { capacity }]),
          ...hosts
            .filter((host) => host.leaf === name)
            .map((host) => [host.port, { capacity: `${2 * LINK_MBPS}M` }]),
        ]),
      })),
      links: fabricLinks.map((link) => ({
        a: `${link.leaf}:${link.leafPort}`,
        b: `${link.spine}:${link.spinePort}`,
        capacity,
      })),
      endpoints: hosts.map((host) => ({
        name: host.name,
        attachedTo: `${host.leaf}:${host.port}`,
        prefix: host.prefix,
      })),
    },
  };
}
