import { z } from 'zod';

// The part of containerlab's file format that a topology needs; everything else in it is ignored.
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const labelled = z.looseObject({ labels: z.record(z.string(), text).nullish() });
const nodeSchema = labelled.extend({
  kind: z.string().optional(),
  group: z.string().optional(),
  'mgmt-ipv4': z.string().optional(),
});
const endSchema = z.union(
  [
    z.string().regex(/^[^:\s]+:\S+$/),
    z
      .looseObject({ node: z.string(), interface: z.string() })
      .transform((end) => `${end.node}:${end.interface}`),
  ],
  { error: 'node:interface, or a mapping with node and interface' },
);
export const linkSchema = labelled.extend({ endpoints: z.array(endSchema).length(2).optional() });
const layers = z.record(z.string(), nodeSchema.nullish()).nullish();
export const labSchema = z.looseObject({
  name: z.string(),
  prefix: z.string().optional(),
  topology: z.looseObject({
    defaults: nodeSchema.nullish(),
    kinds: layers,
    groups: layers,
    nodes: z.record(z.string(), nodeSchema.nullish()),
    links: z.array(linkSchema).nullish(),
  }),
});
export type Lab = z.infer<typeof labSchema>;

/** Port on which the gNMI server of a kind listens in containerlab; 9339 is IANA's. */
const GNMI_PORT: Readonly<Record<string, number>> = {
  nokia_srlinux: 57400,
  srl: 57400,
  arista_ceos: 6030,
  ceos: 6030,
};

export interface Node {
  readonly name: string;
  readonly kind: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly role: string;
  readonly address: string;
}

/** Labels and kind after inheritance: the node over its group, its kind, and the defaults. */
export function resolveNode(lab: Lab, name: string): Node {
  const { defaults, kinds, groups, nodes } = lab.topology;
  const own = nodes[name] ?? {};
  const group = groups?.[own.group ?? defaults?.group ?? ''] ?? {};
  const kind = own.kind ?? group.kind ?? defaults?.kind ?? '';
  const layersOf = [defaults, kinds?.[kind], group, own];
  const labels = Object.assign(
    {},
    ...layersOf.map((layer) => layer?.labels ?? {}),
  ) as Node['labels'];
  const prefix = lab.prefix ?? 'clab';
  const host = own['mgmt-ipv4'] ?? [prefix, prefix && lab.name, name].filter(Boolean).join('-');
  const port = labels['weir.dev/gnmi-port'] ?? GNMI_PORT[kind] ?? 9339;
  const address = labels['weir.dev/address'] ?? `${host}:${port}`;
  return { name, kind, labels, role: labels['weir.dev/role'] ?? roleOf(name, kind), address };
}

function roleOf(name: string, kind: string): string {
  if (['linux', 'host', 'bridge', 'ovs-bridge'].includes(kind)) return 'host';
  if (/super-?spine/i.test(name)) return 'superspine';
  if (/spine/i.test(name)) return 'spine';
  return /leaf|tor/i.test(name) ? 'leaf' : 'switch';
}
