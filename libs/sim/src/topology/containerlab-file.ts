import { ok, type Result } from '@weir/core/base';
import { impossible } from './draft';

// The part of containerlab's file format that a fabric needs; everything else in it is ignored.
export interface LabEnd {
  readonly node: string;
  readonly interface: string;
}

export interface LabLink {
  readonly ends: readonly [LabEnd, LabEnd];
  readonly labels: Readonly<Record<string, string>>;
}

interface Layer {
  readonly kind: string | null;
  readonly group: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Lab {
  readonly name: string;
  readonly defaults: Layer;
  readonly kinds: ReadonlyMap<string, Layer>;
  readonly groups: ReadonlyMap<string, Layer>;
  readonly nodes: ReadonlyMap<string, Layer>;
  readonly links: readonly LabLink[];
}

export interface LabNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** leaf, spine, superspine, switch, host; none: a bridge, no part of the fabric. */
  readonly role: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Checks the shape of a parsed file; refused with the path of the first field that is wrong. */
export function readLab(value: unknown): Result<Lab> {
  const root = fields(value, 'the file');
  if (!root.ok) return root;
  const { name } = root.value;
  if (typeof name !== 'string' || name === '') return impossible('name', 'a name is required');
  const topology = fields(root.value['topology'], 'topology');
  if (!topology.ok) return topology;
  const defaults = layer(topology.value['defaults'], 'topology.defaults');
  if (!defaults.ok) return defaults;
  const kinds = layers(topology.value['kinds'], 'topology.kinds');
  if (!kinds.ok) return kinds;
  const groups = layers(topology.value['groups'], 'topology.groups');
  if (!groups.ok) return groups;
  const nodes = layers(topology.value['nodes'], 'topology.nodes');
  if (!nodes.ok) return nodes;
  if (nodes.value.size === 0) return impossible('topology.nodes', 'at least one node is required');
  const links = readLinks(topology.value['links']);
  if (!links.ok) return links;
  return ok({
    name,
    defaults: defaults.value,
    kinds: kinds.value,
    groups: groups.value,
    nodes: nodes.value,
    links: links.value,
  });
}

function fields(value: unknown, where: string): Result<Fields> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return ok(value as Fields);
  return impossible(where, 'a mapping is required');
}

function layers(value: unknown, where: string): Result<Map<string, Layer>> {
  const found = new Map<string, Layer>();
  const given = fields(value ?? {}, where);
  if (!given.ok) return given;
  for (const [name, entry] of Object.entries(given.value)) {
    const read = layer(entry, `${where}.${name}`);
    if (!read.ok) return read;
    found.set(name, read.value);
  }
  return ok(found);
}

function layer(value: unknown, where: string): Result<Layer> {
  const given = fields(value ?? {}, where);
  if (!given.ok) return given;
  const { kind, group } = given.value;
  for (const [name, entry] of Object.entries({ kind, group })) {
    if (entry !== undefined && entry !== null && typeof entry !== 'string')
      return impossible(`${where}.${name}`, 'a name is required');
  }
  const labels = readLabels(given.value['labels'], `${where}.labels`);
  if (!labels.ok) return labels;
  const text = (entry: unknown): string | null => (typeof entry === 'string' ? entry : null);
  return ok({ kind: text(kind), group: text(group), labels: labels.value });
}

function readLabels(value: unknown, where: string): Result<Record<string, string>> {
  const given = fields(value ?? {}, where);
  if (!given.ok) return given;
  const labels: Record<string, string> = {};
  for (const [name, entry] of Object.entries(given.value)) {
    if (!['string', 'number', 'boolean'].includes(typeof entry))
      return impossible(`${where}["${name}"]`, 'a text, a number or true or false');
    labels[name] = String(entry);
  }
  return ok(labels);
}

function readLinks(value: unknown): Result<LabLink[]> {
  if (value === undefined || value === null) return ok([]);
  if (!Array.isArray(value)) return impossible('topology.links', 'a list is required');
  const links: LabLink[] = [];
  for (const [i, entry] of value.entries()) {
    const where = `topology.links[${i}]`;
    const given = fields(entry, where);
    if (!given.ok) return given;
    const { endpoints } = given.value;
    // Links of the other types (host, mgmt-net, macvlan, dummy, vxlan) have one end in the lab.
    if (endpoints === undefined && 'endpoint' in given.value) continue;
    if (!Array.isArray(endpoints) || endpoints.length !== 2)
      return impossible(`${where}.endpoints`, 'two ends are required');
    const a = readEnd(endpoints[0], `${where}.endpoints[0]`);
    if (!a.ok) return a;
    const b = readEnd(endpoints[1], `${where}.endpoints[1]`);
    if (!b.ok) return b;
    const labels = readLabels(given.value['labels'], `${where}.labels`);
    if (!labels.ok) return labels;
    links.push({ ends: [a.value, b.value], labels: labels.value });
  }
  return ok(links);
}

function readEnd(value: unknown, where: string): Result<LabEnd> {
  const match = typeof value === 'string' ? /^([^:\s]+):(\S+)$/.exec(value) : null;
  if (match !== null) return ok({ node: match[1] ?? '', interface: match[2] ?? '' });
  if (typeof value === 'object' && value !== null) {
    const { node, interface: name } = value as Fields;
    if (typeof node === 'string' && typeof name === 'string') return ok({ node, interface: name });
  }
  return impossible(where, 'node:interface, or a mapping with node and interface');
}

/** Labels and role after inheritance: the node over its group, its kind, and the defaults. */
export function resolveNode(lab: Lab, name: string): LabNode {
  const own = lab.nodes.get(name);
  const groupName = own?.group ?? lab.defaults.group ?? '';
  const group = lab.groups.get(groupName);
  const kind = own?.kind ?? group?.kind ?? lab.defaults.kind ?? '';
  const labels = {
    ...lab.defaults.labels,
    ...lab.kinds.get(kind)?.labels,
    ...group?.labels,
    ...own?.labels,
  };
  return { name, labels, role: labels['weir.dev/role'] ?? roleOf(groupName, name, kind) };
}

const HOST_KINDS = new Set(['linux', 'host', 'k8s-kind', 'ext-container']);

/** By the group's name, then by the node's own, then by its kind. */
function roleOf(group: string, name: string, kind: string): string {
  if (/bridge/i.test(kind)) return 'none';
  for (const text of [group, name]) {
    if (/^(client|server|host|srv|worker)/i.test(text)) return 'host';
    if (/super-?spine/i.test(text)) return 'superspine';
    if (/spine/i.test(text)) return 'spine';
    if (/leaf|(^|[-_.])tor[-_.\d]/i.test(text)) return 'leaf';
  }
  return HOST_KINDS.has(kind) ? 'host' : 'switch';
}
