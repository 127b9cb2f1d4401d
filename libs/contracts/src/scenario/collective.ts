import { z } from 'zod';
import { strict } from '../issues';
import { hostsSchema } from './hosts';
import { positiveBytesSchema } from './scalars';

const bytes = positiveBytesSchema.describe('Data of each worker, e.g. the gradients.');
const servers = hostsSchema.describe('Parameter servers.');
const groupSize = z
  .int()
  .min(1)
  .max(100_000)
  .describe('Neighbouring ranks that form one group, e.g. those of one rack.');

const groups = strict({
  size: z.int().min(1).max(100_000),
  stride: z.int().min(1).max(100_000).default(1),
})
  .optional()
  .describe(
    'Ranks that communicate with each other, so many and so far apart; default: all in one group.',
  );

const simple = <const Name extends string>(name: Name) =>
  strict({ algorithm: z.literal(name), bytes, groups });

/** What the workers of a training job exchange in one step. */
export const collectiveSchema = z.discriminatedUnion(
  'algorithm',
  [
    simple('ring-allreduce'),
    simple('tree-allreduce'),
    simple('all-gather'),
    simple('reduce-scatter'),
    simple('all-to-all'),
    simple('broadcast'),
    strict({ algorithm: z.literal('hierarchical-allreduce'), bytes, groups, groupSize }),
    strict({ algorithm: z.literal('parameter-server'), bytes, groups, servers }),
    strict({
      algorithm: z.literal('hierarchical-parameter-server'),
      bytes,
      groups,
      servers,
      groupSize,
    }),
  ],
  {
    error:
      'one of ring-allreduce, tree-allreduce, hierarchical-allreduce, all-gather, ' +
      'reduce-scatter, all-to-all, broadcast, parameter-server, hierarchical-parameter-server',
  },
);
