import { z } from 'zod';
import { intentEnvelopeSchema } from '../intent';
import { strict } from '../issues';
import { nameSchema, ratioSchema } from '../scalars';
import { exactlyOne } from './one-of';
import {
  durationMsSchema,
  intentNameSchema,
  linkNameSchema,
  momentMsSchema,
  patternSchema,
} from './scalars';
import { settingSchema } from './settings';

const linkFaultSchema = strict({
  link: linkNameSchema,
  from: nameSchema.optional().describe('Only the direction that leaves this switch.'),
  up: z.boolean().optional(),
  capacityRatio: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe('Share of the line rate that works; no counter shows it.'),
  grayLossRatio: ratioSchema
    .optional()
    .describe('Packets lost on the wire, after the egress counters.'),
  errorsCounted: z
    .boolean()
    .optional()
    .describe('The port at the far end counts lost packets as errors; otherwise nobody does.'),
}).refine(
  ({ up, capacityRatio, grayLossRatio }) =>
    up !== undefined || capacityRatio !== undefined || grayLossRatio !== undefined,
  { message: 'needs up, capacityRatio or grayLossRatio' },
);

const flapSchema = strict({
  link: linkNameSchema,
  periodMs: durationMsSchema,
  downMs: durationMsSchema,
  times: z.int().min(1).max(10_000),
}).refine((flap) => flap.downMs < flap.periodMs, {
  path: ['downMs'],
  message: 'must be below periodMs',
});

const telemetrySchema = strict({
  device: patternSchema,
  fault: z
    .enum(['silent', 'frozen', 'wrong', 'none'])
    .describe('Nothing arrives; old values with new time stamps; counters times factor; healed.'),
  factor: z.number().min(0).max(1_000).optional(),
}).refine((telemetry) => (telemetry.fault === 'wrong') === (telemetry.factor !== undefined), {
  path: ['factor'],
  message: 'goes with fault: wrong, and with no other',
});

const EVENTS = {
  linkFault: linkFaultSchema.optional(),
  linkRestore: strict({ link: linkNameSchema }).optional(),
  flap: flapSchema.optional().describe('Down for downMs at the start of each period.'),
  switchDown: strict({ device: nameSchema }).optional(),
  switchUp: strict({ device: nameSchema }).optional(),
  reboot: strict({ device: nameSchema, downMs: durationMsSchema }).optional(),
  startWorkload: strict({
    name: nameSchema,
    as: nameSchema
      .optional()
      .describe('Reports itself under this name: a workload that goes on, changed.'),
  }).optional(),
  stopWorkload: strict({ name: nameSchema }).optional(),
  scaleWorkload: strict({ name: nameSchema, scale: z.number().min(0).max(1_000) }).optional(),
  settings: z.array(settingSchema).min(1).optional().describe('Someone configures switches.'),
  telemetry: telemetrySchema.optional(),
  southbound: strict({
    device: patternSchema,
    fault: z.enum(['unreachable', 'rejects', 'none']),
  })
    .optional()
    .describe('How switches answer the controller when it configures them.'),
  intent: intentEnvelopeSchema.optional(),
  deleteIntent: intentNameSchema.optional(),
};

/** Something that happens at a moment of the run. */
export const scenarioEventSchema = strict({
  atMs: momentMsSchema.describe('From the start of the run.'),
  note: z.string().max(200).default('').describe('What people should read next to it.'),
  ...EVENTS,
}).superRefine(exactlyOne(Object.keys(EVENTS)));
export type ScenarioEvent = z.infer<typeof scenarioEventSchema>;
