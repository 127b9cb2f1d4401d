import { z } from 'zod';
import { strict } from '../issues';
import { byteSizeSchema, trafficClassSchema } from '../scalars';
import { exactlyOne } from './one-of';
import { patternSchema } from './scalars';

const schedulingSchema = strict({
  strict: z.boolean().default(false).describe('Served before all queues that are not.'),
  weight: z.number().min(0).max(1_000).default(1),
});

/** Egress queues of every port, in the order in which strict ones are served. */
export const scenarioQueueSchema = strict({
  name: z.string().min(1).max(63),
  ...schedulingSchema.shape,
  classes: z.array(trafficClassSchema).default([]).describe('Traffic classes that land in it.'),
});

export const ecnSettingSchema = strict({
  minThreshold: byteSizeSchema,
  maxThreshold: byteSizeSchema,
  maxProbability: z.number().gt(0).max(1),
}).refine((ecn) => ecn.minThreshold <= ecn.maxThreshold, {
  path: ['minThreshold'],
  message: 'must not be above maxThreshold',
});

const queueSettingSchema = strict({
  interface: patternSchema.default('*'),
  name: patternSchema.default('*').describe('Queue name or pattern.'),
  scalingFactor: z
    .int()
    .min(-8)
    .max(8)
    .optional()
    .describe('Dynamic limit: free shared buffer x 2^scalingFactor.'),
  staticLimit: byteSizeSchema.optional().describe('Fixed limit instead of a dynamic one.'),
  dedicated: byteSizeSchema.optional().describe('Buffer of its own, besides the shared one.'),
  ecn: ecnSettingSchema.nullable().optional().describe('null: no marking.'),
  lossless: z.boolean().optional().describe('Pauses its feeders (PFC) instead of dropping.'),
  scheduling: schedulingSchema.optional(),
}).refine((queue) => queue.scalingFactor === undefined || queue.staticLimit === undefined, {
  path: ['staticLimit'],
  message: 'give scalingFactor or staticLimit, not both',
});

const routeSettingSchema = strict({
  to: z.string().min(1).describe('Prefix, host, or switch (all prefixes of its hosts).'),
  weights: z
    .record(z.string().min(1).max(255), z.int().min(0).max(65_535))
    .refine((weights) => Object.values(weights).some((weight) => weight > 0), {
      message: 'at least one next hop needs a weight above 0',
    })
    .describe('By interface or by the name of the switch behind it; others get 0.'),
});

/** What a switch is configured with besides equal-cost routes and default queues. */
export const settingSchema = strict({
  device: patternSchema,
  queue: queueSettingSchema.optional(),
  route: routeSettingSchema.optional(),
}).superRefine(exactlyOne(['queue', 'route']));
export type ScenarioSetting = z.infer<typeof settingSchema>;
