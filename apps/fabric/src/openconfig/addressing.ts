import { splitPort, type FabricSpec } from '@weir/sim';

/**
 * Addresses of the far ends, by `device:interface`: each link has a /31 out of 172.16.0.0/12, and
 * a host has the first address of its prefix.
 */
export function nextHopAddresses(spec: FabricSpec): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  spec.links.forEach((link, i) => {
    const at = (last: number): string => {
      const offset = 2 * i + last;
      return `172.${16 + (offset >> 16)}.${(offset >> 8) & 255}.${offset & 255}`;
    };
    // Each end routes to the address of the other.
    addresses.set(link.a, at(1));
    addresses.set(link.b, at(0));
  });
  for (const endpoint of spec.endpoints) {
    const base = endpoint.prefix.slice(0, endpoint.prefix.lastIndexOf('.'));
    if (!addresses.has(endpoint.attachedTo)) addresses.set(endpoint.attachedTo, `${base}.1`);
  }
  return addresses;
}

/** What is at the other end of a port, for LLDP: another switch's port, or a host. */
export function neighbours(
  spec: FabricSpec,
  device: string,
): ReadonlyMap<string, { readonly system: string; readonly port: string }> {
  const found = new Map<string, { readonly system: string; readonly port: string }>();
  for (const link of spec.links) {
    for (const [near, far] of [
      [link.a, link.b],
      [link.b, link.a],
    ] as const) {
      const own = splitPort(near);
      const other = splitPort(far);
      if (own.device === device) {
        found.set(own.interface, { system: other.device, port: other.interface });
      }
    }
  }
  for (const endpoint of spec.endpoints) {
    const port = splitPort(endpoint.attachedTo);
    if (port.device !== device || found.has(port.interface)) continue;
    found.set(port.interface, { system: endpoint.name, port: 'eth0' });
  }
  return found;
}
