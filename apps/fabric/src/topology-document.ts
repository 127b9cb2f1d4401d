import { API_VERSION } from '@weir/contracts';
import { splitPort, type FabricSpec } from '@weir/sim';
import { stringify } from 'yaml';

/** The fabric as a Topology document for the controller; `portOf` gives the gNMI port of a switch. */
export function topologyDocument(
  spec: FabricSpec,
  host: string,
  portOf: (device: string) => number,
): string {
  const classes = spec.queues.flatMap((queue) =>
    queue.classes.map((name) => [name, queue.name] as const),
  );
  return stringify({
    apiVersion: API_VERSION,
    kind: 'Topology',
    metadata: { name: spec.name },
    spec: {
      defaults: { profile: 'openconfig', queues: Object.fromEntries<string>(classes) },
      devices: spec.switches.map((entry) => ({
        name: entry.name,
        role: entry.role,
        group: entry.group,
        address: `${host}:${portOf(entry.name)}`,
        weightGridEntries: entry.weightGridEntries,
        sharedBuffer: entry.sharedBufferBytes,
        interfaces: hostPorts(spec, entry.name),
      })),
      links: spec.links.map((link) => ({ a: link.a, b: link.b, capacity: link.capacityBps })),
      endpoints: spec.endpoints.map((endpoint) => ({
        name: endpoint.name,
        attachedTo: endpoint.attachedTo,
        prefix: endpoint.prefix,
        labels: endpoint.labels,
      })),
    },
  });
}

/** Ports to hosts with their rate; those of links come from the links. */
function hostPorts(spec: FabricSpec, device: string): Record<string, { capacity: number }> {
  const ports: Record<string, { capacity: number }> = {};
  for (const endpoint of spec.endpoints) {
    const port = splitPort(endpoint.attachedTo);
    if (port.device === device) ports[port.interface] = { capacity: endpoint.capacityBps };
  }
  return ports;
}
