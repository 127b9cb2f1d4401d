import {
  byteSizeSchema,
  capacitySchema,
  nameSchema,
  strict,
  trafficClassSchema,
} from '@weir/contracts';
import { z } from 'zod';

const percent = z.number().gt(0).max(100);
const wholePercent = z.int().min(1).max(100);

const taperedDrop = <Kind extends 'red' | 'wred'>(kind: Kind) =>
  strict({
    kind: z.literal(kind),
    minPercent: wholePercent.describe('Depth from which on packets are dropped or marked.'),
    maxPercent: wholePercent.describe('Depth at which that is done with probabilityPercent.'),
    probabilityPercent: wholePercent.default(100),
  });

const dropSchema = z
  .discriminatedUnion(
    'kind',
    [
      strict({
        kind: z.literal('tail'),
        atPercent: wholePercent.describe('Depth from which on everything is dropped.'),
      }),
      taperedDrop('red'),
      taperedDrop('wred'),
    ],
    { error: 'one of tail, red, wred' },
  )
  .refine((drop) => drop.kind === 'tail' || drop.minPercent <= drop.maxPercent, {
    path: ['minPercent'],
    message: 'must not be above maxPercent',
  });

const classSchema = strict({
  name: nameSchema,
  traffic: z
    .array(trafficClassSchema)
    .min(1)
    .describe('Traffic classes that are served so; the topology says in which queue.'),
  queue: nameSchema.optional().describe('Queue of the devices; default: that of the traffic.'),
  dscp: z
    .array(z.int().min(0).max(63))
    .min(1)
    .optional()
    .describe('Code points of its packets; default: EF, AF41, AF31, AF21, CS1 and 0.'),
  strict: z.boolean().default(false).describe('Served before all others, up to all of the port.'),
  sharePercent: percent.optional().describe('Part of the port, or of the tenant, that it gets.'),
  bandwidth: capacitySchema.optional().describe('The same in bits per second, e.g. 10G.'),
  burst: byteSizeSchema
    .refine((bytes) => bytes > 0, 'must be above 0')
    .optional()
    .describe('What its queue may hold; without it that stays as it is.'),
  drop: dropSchema
    .optional()
    .describe('Depths in per cent of the limit; default: when it is full.'),
  ecn: z.boolean().default(false).describe('Mark rather than drop, where packets allow it.'),
})
  .refine((item) => (item.sharePercent === undefined) !== (item.bandwidth === undefined), {
    path: ['sharePercent'],
    message: 'give exactly one of sharePercent and bandwidth',
  })
  .refine((item) => !item.ecn || item.drop !== undefined, {
    path: ['drop'],
    message: 'ecn needs depths at which to mark: give a red or wred drop profile',
  });

const tenantSchema = strict({
  name: nameSchema,
  sharePercent: percent.describe('Part of the port that all its classes get.'),
  classes: z.array(classSchema).min(1).max(16).describe('Shares of the part of the tenant.'),
});

export const schema = strict({
  devices: z
    .array(nameSchema)
    .min(1)
    .max(1_000)
    .optional()
    .describe('Devices; default: all that are managed.'),
  interfaces: z
    .array(z.string().min(1).max(255))
    .min(1)
    .max(1_000)
    .optional()
    .describe('Their interfaces; default: all.'),
  classes: z.array(classSchema).min(1).max(16).optional(),
  tenants: z
    .array(tenantSchema)
    .min(1)
    .max(16)
    .optional()
    .describe('Classes within tenants, which need a queue each.'),
}).refine((spec) => (spec.classes === undefined) !== (spec.tenants === undefined), {
  path: ['classes'],
  message: 'give exactly one of classes and tenants',
});

export type Spec = z.infer<typeof schema>;
export type ClassSpec = NonNullable<Spec['classes']>[number];
