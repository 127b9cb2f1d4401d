import { formatIssues, formatPath, summarize } from '@weir/contracts';
import type { z } from 'zod';
import { ok, refuse, type Result } from '@weir/core/base';
import { labSchema, resolveNode, type Lab, type linkSchema, type Node } from './lab-file';

/**
 * Labels of containerlab nodes and links that say what its file format has no field for. A node
 * inherits labels from `topology.defaults`, its kind and its group, as containerlab does.
 */
export const LABELS = {
  'weir.dev/role': 'leaf, spine, superspine, switch, or host; else told from kind and name.',
  'weir.dev/group': 'Device group; default: the role.',
  'weir.dev/profile': 'Device profile; default: openconfig.',
  'weir.dev/address': 'host:port of the gNMI server.',
  'weir.dev/gnmi-port': 'Its port alone, when the host is the one that containerlab gives.',
  'weir.dev/capacity': 'Of a link, or of all links of a node, e.g. 100G.',
  'weir.dev/prefix': 'Of a host: the prefix that routes to it. Hosts without one are left out.',
  'weir.dev/weight-grid-entries': 'ECMP hash entries that weights share.',
  'weir.dev/shared-buffer': 'Shared packet buffer, e.g. 64MB.',
  'weir.dev/queue.CLASS': 'Queue name of a traffic class, e.g. weir.dev/queue.training.',
} as const;
export type ContainerlabLabel = keyof typeof LABELS;

export interface Converted {
  readonly document: unknown;
  /** Path in the containerlab file of a path in the document. */
  readonly sourcePath: (path: string) => string;
}

/** A document of Weir's own format with the content of a containerlab file. */
export function fromContainerlab(value: unknown): Result<Converted> {
  const parsed = labSchema.safeParse(value);
  if (!parsed.success) {
    const { where, reason } = summarize(formatIssues(parsed.error));
    return refuse('topology-invalid', where, reason);
  }
  return new Conversion(parsed.data).run();
}

type DeviceEntry = { interfaces: Record<string, { capacity: string }> };

class Conversion {
  private readonly nodes: ReadonlyMap<string, Node>;
  private readonly devices = new Map<string, DeviceEntry>();
  private readonly links: unknown[] = [];
  private readonly endpoints: unknown[] = [];
  private readonly sources = new Map<string, string>();

  constructor(private readonly lab: Lab) {
    const names = Object.keys(lab.topology.nodes);
    this.nodes = new Map(names.map((name) => [name, resolveNode(lab, name)]));
  }

  run(): Result<Converted> {
    for (const node of this.nodes.values()) if (node.role !== 'host') this.addDevice(node);
    for (const [i, link] of (this.lab.topology.links ?? []).entries()) {
      const added = this.addLink(link, `topology.links[${i}]`);
      if (!added.ok) return added;
    }
    const document = {
      apiVersion: 'weir.dev/v1',
      kind: 'Topology',
      metadata: { name: this.lab.name },
      spec: {
        devices: [...this.devices.values()],
        links: this.links,
        endpoints: this.endpoints,
      },
    };
    return ok({ document, sourcePath: (path) => this.sourcePath(path) });
  }

  private addDevice({ name, role, address, labels }: Node): void {
    const grid = labels['weir.dev/weight-grid-entries'];
    const queues = Object.entries(labels)
      .filter(([label]) => label.startsWith('weir.dev/queue.'))
      .map(([label, queue]) => [label.slice('weir.dev/queue.'.length), queue]);
    const path = `spec.devices[${this.devices.size}]`;
    this.sources.set(path, formatPath(['topology', 'nodes', name]));
    for (const field of ['role', 'address', 'group', 'profile'])
      this.sources.set(`${path}.${field}`, this.labelPath(name, `weir.dev/${field}`));
    this.devices.set(name, {
      name,
      role,
      address,
      ...(labels['weir.dev/group'] ? { group: labels['weir.dev/group'] } : {}),
      ...(labels['weir.dev/profile'] ? { profile: labels['weir.dev/profile'] } : {}),
      ...(grid === undefined ? {} : { weightGridEntries: Number(grid) }),
      ...(labels['weir.dev/shared-buffer']
        ? { sharedBuffer: labels['weir.dev/shared-buffer'] }
        : {}),
      ...(queues.length > 0 ? { queues: Object.fromEntries(queues) as unknown } : {}),
      interfaces: {},
    } as DeviceEntry);
  }

  private addLink(link: z.infer<typeof linkSchema>, where: string): Result<void> {
    // Links with one end (to the host, to a bridge) are of no concern to the fabric.
    if (!link.endpoints) return ok(undefined);
    const [a, b] = link.endpoints as [string, string];
    const ends: Node[] = [];
    for (const [i, end] of [a, b].entries()) {
      const name = end.slice(0, end.indexOf(':'));
      const node = this.nodes.get(name);
      if (!node && ['host', 'mgmt-net', 'macvlan', 'dummy'].includes(name)) return ok(undefined);
      if (!node)
        return refuse(
          'topology-invalid',
          `${where}.endpoints[${i}]`,
          `no node is called "${name}"`,
        );
      ends.push(node);
    }
    const [nodeA, nodeB] = ends as [Node, Node];
    if (nodeA.role === 'host' && nodeB.role === 'host') return ok(undefined);
    const host = nodeA.role === 'host' ? nodeA : nodeB.role === 'host' ? nodeB : undefined;
    if (host && host.labels['weir.dev/prefix'] === undefined) return ok(undefined);
    const capacity = [link.labels ?? {}, nodeA.labels, nodeB.labels]
      .map((labels) => labels['weir.dev/capacity'])
      .find((found) => found !== undefined);
    if (capacity === undefined)
      return refuse(
        'topology-invalid',
        where,
        'no capacity: label the link, a node or topology.defaults with weir.dev/capacity, e.g. 100G',
      );
    if (host) this.addEndpoint(host, host === nodeA ? b : a, capacity, where);
    else this.addFabricLink(a, b, capacity, where);
    return ok(undefined);
  }

  private addFabricLink(a: string, b: string, capacity: string, where: string): void {
    const path = `spec.links[${this.links.length}]`;
    this.sources.set(path, where);
    this.sources.set(`${path}.a`, `${where}.endpoints[0]`);
    this.sources.set(`${path}.b`, `${where}.endpoints[1]`);
    this.sources.set(`${path}.capacity`, `${where}.labels["weir.dev/capacity"]`);
    this.links.push({ a, b, capacity });
  }

  private addEndpoint(host: Node, attachedTo: string, capacity: string, where: string): void {
    const path = `spec.endpoints[${this.endpoints.length}]`;
    this.sources.set(path, formatPath(['topology', 'nodes', host.name]));
    this.sources.set(`${path}.prefix`, this.labelPath(host.name, 'weir.dev/prefix'));
    this.sources.set(`${path}.attachedTo`, where);
    const colon = attachedTo.indexOf(':');
    const device = attachedTo.slice(0, colon);
    const port = attachedTo.slice(colon + 1);
    const index = [...this.devices.keys()].indexOf(device);
    this.sources.set(formatPath(['spec', 'devices', index, 'interfaces', port, 'capacity']), where);
    const entry = this.devices.get(device);
    if (entry) entry.interfaces[port] = { capacity };
    const labels = Object.entries(host.labels).filter(([label]) => !label.startsWith('weir.dev/'));
    this.endpoints.push({
      name: host.name,
      attachedTo,
      prefix: host.labels['weir.dev/prefix'],
      labels: Object.fromEntries(labels),
    });
  }

  private labelPath(node: string, label: string): string {
    return formatPath(['topology', 'nodes', node, 'labels', label]);
  }

  /** The longest known beginning of the path is replaced by where it came from. */
  private sourcePath(path: string): string {
    for (let end = path.length; end > 0; end = Math.max(path.lastIndexOf('.', end - 1), 0)) {
      const source = this.sources.get(path.slice(0, end));
      if (source !== undefined) return source + path.slice(end);
    }
    return path;
  }
}
