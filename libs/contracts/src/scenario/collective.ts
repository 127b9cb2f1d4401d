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

const simple = <const Name extends string>(name: Name) =>
  strict({ algorithm: z.literal(name), bytes });

/** What the workers of a training job exchange in one step. */
export const collectiveSchema = z.discriminatedUnion(
  'algorithm',
  [
    simple('ring-allreduce'),
    simple('tree-allreduce'),
    simple('all-gather'),
    simple('reduce-scatter'),
    simple('all-to-all'),
    strict({ algorithm: z.literal('hierarchical-allreduce'), bytes, groupSize }),
    strict({ algorithm: z.literal('parameter-server'), bytes, servers }),
    strict({
      algorithm: z.literal('hierarchical-parameter-server'),
      bytes,
      servers,
      groupSize,
    }),
  ],
  {
    error:
      'one of ring-allreduce, tree-allreduce, hierarchical-allreduce, all-gather, ' +
      'reduce-scatter, all-to-all, parameter-server, hierarchical-parameter-server',
  },
);
