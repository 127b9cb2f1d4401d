import { splitPort, type FabricSpec } from '@weir/sim';

/** What is at the other end of a port. */
export interface Neighbour {
  readonly system: string;
  readonly port: string;
}

interface Addressing {
  readonly addresses: ReadonlyMap<string, string>;
  /** device -> interface -> neighbour */
  readonly neighbours: ReadonlyMap<string, ReadonlyMap<string, Neighbour>>;
  /** device -> prefixes of its own hosts */
  readonly connected: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Specifications are never changed in place; with each switch asking, once is enough. */
const known = new WeakMap<FabricSpec, Addressing>();

function addressingOf(spec: FabricSpec): Addressing {
  let found = known.get(spec);
  if (found === undefined) {
    found = number(spec);
    known.set(spec, found);
  }
  return found;
}

/**
 * Addresses of the far ends, by `device:interface`: each link has a /31 out of 172.16.0.0/12, and
 * a host has the first address of its prefix that can be a host's.
 */
export const nextHopAddresses = (spec: FabricSpec): ReadonlyMap<string, string> =>
  addressingOf(spec).addresses;

/** What is at the other end of each port, for LLDP: another switch's port, or a host. */
export const neighbours = (spec: FabricSpec, device: string): ReadonlyMap<string, Neighbour> =>
  addressingOf(spec).neighbours.get(device) ?? new Map<string, Neighbour>();

/** Prefixes of the switch's own hosts: connected, not configured. */
export const connectedPrefixes = (spec: FabricSpec, device: string): ReadonlySet<string> =>
  addressingOf(spec).connected.get(device) ?? new Set<string>();

function number(spec: FabricSpec): Addressing {
  const addresses = new Map<string, string>();
  const around = new Map(spec.switches.map(({ name }) => [name, new Map<string, Neighbour>()]));
  const connected = new Map(spec.switches.map(({ name }) => [name, new Set<string>()]));
  spec.links.forEach((link, i) => {
    const at = (last: number): string => {
      const offset = 2 * i + last;
      return `172.${16 + (offset >> 16)}.${(offset >> 8) & 255}.${offset & 255}`;
    };
    // Each end routes to the address of the other.
    addresses.set(link.a, at(1));
    addresses.set(link.b, at(0));
    for (const [near, far] of [
      [link.a, link.b],
      [link.b, link.a],
    ] as const) {
      const own = splitPort(near);
      const other = splitPort(far);
      around.get(own.device)?.set(own.interface, { system: other.device, port: other.interface });
    }
  });
  for (const endpoint of spec.endpoints) {
    const { attachedTo, prefix, name } = endpoint;
    const { device, interface: port } = splitPort(attachedTo);
    if (!addresses.has(attachedTo)) addresses.set(attachedTo, hostAddress(prefix));
    const ports = around.get(device);
    if (ports?.has(port) === false) ports.set(port, { system: name, port: 'eth0' });
    connected.get(device)?.add(prefix);
  }
  return { addresses, neighbours: around, connected };
}

/** `10.1.1.0/24` gives 10.1.1.1; a /32 is an address already, and a /31 begins with one. */
function hostAddress(prefix: string): string {
  const [network = '', length = '32'] = prefix.split('/');
  if (Number(length) >= 31) return network;
  const octets = network.split('.');
  return [...octets.slice(0, 3), Number(octets[3]) + 1].join('.');
}
