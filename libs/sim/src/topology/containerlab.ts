import { ok, type Refusal, type Result } from '@weir/core/base';
import { TRAFFIC_CLASSES, type DeviceRole } from '@weir/core/model';
import type { FabricSpec } from '../network/spec';
import { readLab, resolveNode, type Lab, type LabNode } from './containerlab-file';
import { DEFAULT_OPTIONS, hostPrefix, impossible, type FabricOptions } from './draft';
import { bytesOf, bitsPerSecondOf } from './quantities';
import { fromTopology, type TopologyInput } from './topology-document';

/** What a lab file without labels does not say. */
export type ContainerlabDefaults = Pick<
  FabricOptions,
  | 'linkCapacityBps'
  | 'hostCapacityBps'
  | 'sharedBufferBytes'
  | 'propagationUs'
  | 'hashing'
  | 'queues'
> & { readonly weightGridEntries: number };

type Refused = { readonly ok: false; readonly error: Refusal };
type DeviceInput = TopologyInput['spec']['devices'][number];
type Device = Omit<DeviceInput, 'interfaces'> & {
  readonly interfaces: Record<string, { capacity: number }>;
};

/**
 * The fabric of a containerlab file (parsed YAML), with the labels that the daemon reads too
 * (`weir.dev/role`, `capacity`, `prefix`, ...). Unlike the daemon it takes labs without labels:
 * nodes of kind linux are hosts unless their group or name says leaf, spine or the like; hosts
 * without a prefix are given one; links without a capacity have the default one. A host with
 * several NICs is one endpoint for each, `name` and `name-eth2`. Bridges, the container host and
 * links between hosts are no part of the fabric.
 */
export function fromContainerlab(
  value: unknown,
  defaults: Partial<ContainerlabDefaults> = {},
): Result<FabricSpec> {
  const lab = readLab(value);
  if (!lab.ok) return lab;
  return new Conversion(lab.value, { ...DEFAULT_OPTIONS, ...defaults }).run();
}

class Conversion {
  private readonly nodes: ReadonlyMap<string, LabNode>;
  private readonly devices = new Map<string, Device>();
  private readonly order: readonly string[];
  private readonly links: TopologyInput['spec']['links'][number][] = [];
  private readonly homeOf = new Map<string, string>();
  private readonly endpoints: TopologyInput['spec']['endpoints'][number][] = [];
  private readonly hostsOf = new Map<string, number>();
  private readonly nicsOf = new Map<string, number>();
  private readonly ports = new Set<string>();

  constructor(
    private readonly lab: Lab,
    private readonly defaults: ContainerlabDefaults,
  ) {
    this.nodes = new Map([...lab.nodes.keys()].map((name) => [name, resolveNode(lab, name)]));
    this.order = [...this.nodes.values()]
      .filter((node) => node.role !== 'host' && node.role !== 'none')
      .map((node) => node.name);
  }

  run(): Result<FabricSpec> {
    for (const name of this.order) {
      const refused = this.addDevice(this.nodes.get(name) as LabNode);
      if (refused !== null) return refused;
    }
    if (this.order.length === 0) return impossible('topology.nodes', 'no node is a switch');
    for (const [i, link] of this.lab.links.entries()) {
      const refused = this.addLink(link, `topology.links[${i}]`);
      if (refused !== null) return refused;
    }
    const queues = this.queues();
    const document: TopologyInput = {
      metadata: { name: this.lab.name },
      spec: {
        defaults: {
          weightGridEntries: this.defaults.weightGridEntries,
          sharedBuffer: this.defaults.sharedBufferBytes,
          queues,
        },
        devices: [...this.devices.values()],
        links: this.links,
        endpoints: this.endpoints,
      },
    };
    return fromTopology(document, this.defaults);
  }

  private addDevice(node: LabNode): Refused | null {
    const where = `topology.nodes.${node.name}`;
    const role = ROLES.find((one) => one === node.role);
    const labelled = (label: string): string => `${where}.labels["weir.dev/${label}"]`;
    if (role === undefined)
      return impossible(labelled('role'), `"${node.role}" is none of ${ROLES.join(', ')}, host`);
    const grid = Number(node.labels['weir.dev/weight-grid-entries'] ?? NaN);
    if (node.labels['weir.dev/weight-grid-entries'] !== undefined && !(grid >= 2))
      return impossible(labelled('weight-grid-entries'), 'a whole number of at least 2');
    const buffer = node.labels['weir.dev/shared-buffer'];
    const bytes = buffer === undefined ? undefined : bytesOf(buffer);
    if (bytes === null) return impossible(labelled('shared-buffer'), 'a size such as 32MB');
    this.devices.set(node.name, {
      name: node.name,
      role,
      group: node.labels['weir.dev/group'] ?? role,
      weightGridEntries: Number.isNaN(grid) ? undefined : grid,
      sharedBuffer: bytes,
      interfaces: {},
    });
    return null;
  }

  private addLink(link: Lab['links'][number], where: string): Refused | null {
    for (const [at, end] of link.ends.entries()) {
      if (end.node === 'host' || end.node.startsWith('mgmt-net') || end.node === 'macvlan')
        return null;
      if (!this.nodes.has(end.node))
        return impossible(`${where}.endpoints[${at}]`, `no node is called "${end.node}"`);
    }
    const fabric = link.ends.filter((end) => this.devices.has(end.node));
    if (fabric.length === 0) return null;
    const others = link.ends.filter((end) => !this.devices.has(end.node));
    if (others.some((end) => this.nodes.get(end.node)?.role !== 'host')) return null;
    const stated = this.capacity(link, where);
    if (!stated.ok) return stated;
    for (const [at, end] of link.ends.entries()) {
      const port = `${end.node}:${end.interface}`;
      if (this.ports.has(port))
        return impossible(`${where}.endpoints[${at}]`, `${port} is used by another link already`);
      this.ports.add(port);
    }
    const [a, b] = fabric.map((end) => `${end.node}:${end.interface}`);
    const { linkCapacityBps, hostCapacityBps } = this.defaults;
    if (a !== undefined && b !== undefined) {
      this.links.push({ a, b, capacity: stated.value ?? linkCapacityBps });
      return null;
    }
    const [near] = fabric;
    const [far] = others;
    if (near === undefined || far === undefined) return null;
    const device = this.devices.get(near.node) as Device;
    device.interfaces[near.interface] = { capacity: stated.value ?? hostCapacityBps };
    return this.addHost(far.node, `${near.node}:${near.interface}`, near.node);
  }

  private addHost(name: string, attachedTo: string, leaf: string): Refused | null {
    const nic = (this.nicsOf.get(name) ?? 0) + 1;
    this.nicsOf.set(name, nic);
    const host = (this.hostsOf.get(leaf) ?? 0) + 1;
    this.hostsOf.set(leaf, host);
    const labels = Object.entries(this.nodes.get(name)?.labels ?? {}).filter(
      ([label]) => !label.startsWith('weir.dev/'),
    );
    const own = nic === 1 ? this.nodes.get(name)?.labels['weir.dev/prefix'] : undefined;
    const prefix = own ?? hostPrefix(this.order.indexOf(leaf) + 1, host, 1);
    const home = this.homeOf.get(prefix) ?? leaf;
    this.homeOf.set(prefix, home);
    if (home !== leaf) {
      const where = `topology.nodes.${name}.labels["weir.dev/prefix"]`;
      return impossible(where, `${prefix} is attached to ${home} already`);
    }
    this.endpoints.push({
      name: nic === 1 ? name : `${name}-eth${nic}`,
      attachedTo,
      prefix,
      labels: Object.fromEntries(labels),
    });
    return null;
  }

  /** Of the link's own label, or of the first of its nodes that has one; null: nobody says. */
  private capacity(link: Lab['links'][number], where: string): Result<number | null> {
    const own = link.labels['weir.dev/capacity'];
    const text =
      own ??
      link.ends
        .map((end) => this.nodes.get(end.node)?.labels['weir.dev/capacity'])
        .find((label) => label !== undefined);
    if (text === undefined) return ok(null);
    const bps = bitsPerSecondOf(text);
    if (bps !== null) return ok(bps);
    const of = own === undefined ? where : `${where}.labels["weir.dev/capacity"]`;
    return impossible(of, `"${text}" is no capacity such as 100G (units K, M, G, T)`);
  }

  /** Names of the queues from the labels; those of the first switch stand for all. */
  private queues(): TopologyInput['spec']['defaults']['queues'] {
    const labels = this.nodes.get(this.order[0] ?? '')?.labels ?? {};
    return Object.fromEntries(
      TRAFFIC_CLASSES.flatMap((one) => {
        const queue = labels[`weir.dev/queue.${one}`];
        return queue === undefined ? [] : [[one, queue]];
      }),
    );
  }
}

const ROLES: readonly DeviceRole[] = ['leaf', 'spine', 'superspine', 'switch'];
