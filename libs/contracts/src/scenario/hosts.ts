import { z } from 'zod';
import { strict } from '../issues';
import { labelsSchema, nameSchema } from '../scalars';
import { patternSchema } from './scalars';

const count = z.int().min(1).max(1_000_000);

const selectorSchema = strict({
  leaf: z
    .union([patternSchema, z.array(patternSchema).min(1)])
    .optional()
    .describe('Hosts on the switches of this name or pattern (leaf1-4, pod2-*); default: all.'),
  matchLabels: labelsSchema.optional().describe('Hosts that carry all of these labels.'),
  perLeaf: count.optional().describe('At most so many of each leaf.'),
  skip: z.int().min(0).default(0).describe('The first so many of each leaf are for others.'),
  count: count.optional().describe('So many in all; refused when there are fewer.'),
  unused: z.boolean().default(false).describe('Only hosts that no workload before this one has.'),
  placement: z
    .enum(['packed', 'striped', 'random'])
    .default('packed')
    .describe('Order, which is the order of ranks: leaf by leaf, round the leaves, or shuffled.'),
});

/** Hosts of a workload: names in the order of ranks, or what to choose them by. */
export const hostsSchema = z.union(
  [z.array(nameSchema).min(1, 'at least one host').max(100_000), selectorSchema],
  { error: 'a list of host names, or a selector such as { leaf: leaf1-4, perLeaf: 8 }' },
);
export type HostSelector = z.infer<typeof hostsSchema>;
