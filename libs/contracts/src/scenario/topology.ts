import { z } from 'zod';
import { strict } from '../issues';
import { byteSizeSchema, capacitySchema } from '../scalars';
import { exactlyOne } from './one-of';

const count = (max: number) => z.int().min(1).max(max);
const fileSchema = z.string().min(1, 'a file; a relative path starts at the scenario file');

const hardware = {
  linkCapacity: capacitySchema.default(100e9).describe('Of each link between switches.'),
  hostCapacity: capacitySchema.default(100e9).describe('Of each host port and its NIC.'),
  sharedBuffer: byteSizeSchema.default(32e6).describe('Shared packet buffer of each switch.'),
  propagationUs: z
    .number()
    .min(0)
    .max(100_000)
    .default(2)
    .describe('One way over one link, forwarding included.'),
  weightGridEntries: z
    .int()
    .min(2)
    .max(4096)
    .default(64)
    .describe('ECMP hash entries that the weights of one group share.'),
};

/** The largest fabric that the simulator is measured with has 8,192 hosts; four times that is the end. */
const MAX_HOSTS = 32_768;

const fewEnough =
  <Shape>(hostsOf: (shape: Shape) => number) =>
  (shape: Shape, context: z.RefinementCtx): void => {
    const hosts = hostsOf(shape);
    if (hosts <= MAX_HOSTS) return;
    const message = `would have ${hosts} hosts, more than ${MAX_HOSTS}`;
    context.addIssue({ code: 'custom', message });
  };

const leafSpineSchema = strict({
  leaves: count(1_024),
  spines: count(256),
  hostsPerLeaf: count(1_024),
  leavesPerGroup: count(1_024)
    .default(4)
    .describe('Leaves of one device group (pod1, pod2, ...); autonomy is given by group.'),
  ...hardware,
}).superRefine(fewEnough(({ leaves, hostsPerLeaf }) => leaves * hostsPerLeaf));

const fatTreeSchema = strict({
  k: z
    .int()
    .min(2)
    .max(64)
    .refine((k) => k % 2 === 0, { message: 'must be even' })
    .describe('Ports of each switch: k pods, k^3/4 hosts.'),
  ...hardware,
}).superRefine(fewEnough(({ k }) => k ** 3 / 4));

const closSchema = strict({
  pods: count(256),
  leavesPerPod: count(256),
  spinesPerPod: count(256),
  superspines: count(1_024).describe('A multiple of spinesPerPod: each spine has its own plane.'),
  hostsPerLeaf: count(1_024),
  ...hardware,
  linkCapacity: capacitySchema
    .optional()
    .describe('Of each link between switches; give this or oversubscription. Default: 100G.'),
  oversubscription: z
    .number()
    .min(0.1)
    .max(100)
    .optional()
    .describe('Capacity of the hosts of a leaf over the capacity of its uplinks.'),
})
  .refine((clos) => clos.linkCapacity === undefined || clos.oversubscription === undefined, {
    path: ['oversubscription'],
    message: 'give linkCapacity or oversubscription, not both',
  })
  .superRefine(fewEnough((clos) => clos.pods * clos.leavesPerPod * clos.hostsPerLeaf));

const railOptimisedSchema = strict({
  rails: count(64).describe('NICs of one host; NIC r of every host is on rail switch r.'),
  groups: count(256).describe('Blocks of hosts, each with its own rail switches.'),
  hostsPerGroup: count(1_024),
  spines: count(256),
  ...hardware,
}).superRefine(fewEnough((rail) => rail.rails * rail.groups * rail.hostsPerGroup));

const lingjunSchema = strict({
  file: fileSchema.describe('topo.csv of the Alibaba Lingjun 2023 data set.'),
  hosts: count(10_000)
    .optional()
    .describe('So many hosts: whole racks in the order of the file. Default: all.'),
  ...hardware,
});

const SOURCES = [
  'leafSpine',
  'fatTree',
  'clos',
  'railOptimised',
  'file',
  'containerlab',
  'lingjun',
] as const;

/** Where the fabric of a scenario comes from: a builder, or a file. */
export const scenarioTopologySchema = strict({
  leafSpine: leafSpineSchema.optional().describe('Every leaf to every spine once.'),
  fatTree: fatTreeSchema.optional().describe('Three layers of equal switches.'),
  clos: closSchema.optional().describe('Pods of leaves and spines under superspines.'),
  railOptimised: railOptimisedSchema.optional().describe('One switch for each NIC of a host.'),
  file: fileSchema.optional().describe('A topology file as the daemon takes it.'),
  containerlab: fileSchema.optional().describe('A containerlab file.'),
  lingjun: lingjunSchema.optional(),
  hashing: z
    .enum(['per-switch', 'shared', 'narrow'])
    .default('per-switch')
    .describe(
      'shared: all switches hash with one seed, which polarises layers of ECMP; narrow: hashes with half as many values as there are next hops, the others are never chosen.',
    ),
}).superRefine(exactlyOne(SOURCES));

export type ScenarioTopology = z.infer<typeof scenarioTopologySchema>;
