import { z } from 'zod';
import { strict } from './issues';
import { MAX_PAGE_SIZE } from './api';
import { modeSchema, nameSchema } from './scalars';
import { parsePrefix } from './ip';
import { intentEnvelopeSchema } from './intent';
import { srPolicyActionSchema } from './sr-policy';

/** POST /v1/intents and PUT /v1/intents/{kind}/{name}. */
export const putIntentBodySchema = intentEnvelopeSchema;

const reasonSchema = z.string().trim().min(1, 'say why, in a few words').max(1000);

const interfaceSchema = z.string().min(1).max(255);
const queueTargetShape = {
  device: nameSchema,
  interface: interfaceSchema,
  queue: z.string().min(1),
};

/** Of either family; devices that cannot route it refuse. */
const anyPrefixSchema = z.string().superRefine((text, context) => {
  const parsed = parsePrefix(text);
  if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.reason });
});

const rerouteSchema = strict({
  type: z.literal('reroute'),
  routes: z
    .array(
      strict({
        device: nameSchema,
        prefix: anyPrefixSchema,
        weights: z
          .record(interfaceSchema, z.int().min(0).max(65535))
          .refine(
            (weights) =>
              Object.keys(weights).length === 0 ||
              Object.values(weights).some((weight) => weight > 0),
            { message: 'at least one interface needs a weight above 0' },
          )
          .describe(
            'By egress interface. None at all withdraws the prefix from a router that is steered by BGP.',
          ),
      }),
    )
    .min(1)
    .max(1000),
});

const bufferSettingSchema = strict({
  ...queueTargetShape,
  scalingFactor: z
    .int()
    .min(-8)
    .max(8)
    .optional()
    .describe('Dynamic limit: free shared buffer x 2^scalingFactor.'),
  limitBytes: z
    .int()
    .min(1)
    .max(2 ** 32 - 1)
    .optional()
    .describe('Static limit of the queue, what it owns included.'),
}).refine(
  ({ scalingFactor, limitBytes }) => (scalingFactor === undefined) !== (limitBytes === undefined),
  { path: ['scalingFactor'], message: 'give exactly one of scalingFactor and limitBytes' },
);
const bufferSchema = strict({
  type: z.literal('buffer'),
  settings: z.array(bufferSettingSchema).min(1).max(1000),
});

const ecnSettingSchema = strict({
  ...queueTargetShape,
  minThresholdBytes: z.int().min(0),
  maxThresholdBytes: z.int().min(1),
  maxProbabilityPercent: z.int().min(0).max(100),
}).refine((setting) => setting.minThresholdBytes <= setting.maxThresholdBytes, {
  path: ['minThresholdBytes'],
  message: 'must not be above maxThresholdBytes',
});
const ecnSchema = strict({
  type: z.literal('ecn'),
  settings: z.array(ecnSettingSchema).min(1).max(1000),
});

const schedulerSchema = strict({
  type: z.literal('scheduler'),
  settings: z
    .array(strict({ ...queueTargetShape, weight: z.int().min(1).max(1_000_000) }))
    .min(1)
    .max(1000),
});

export const planHashSchema = z
  .string()
  .regex(/^[0-9a-f]{8,64}$/, 'the hash of the plan, as `weir describe change` shows it');

/** An action that an operator asks for; undo has its own path. */
export const actionSchema = z.discriminatedUnion(
  'type',
  [rerouteSchema, bufferSchema, ecnSchema, schedulerSchema, srPolicyActionSchema],
  { error: 'one of reroute, buffer, ecn, scheduler, sr-policy' },
);
export type ActionBody = z.infer<typeof actionSchema>;

/** POST /v1/changes */
export const proposeBodySchema = strict({
  action: actionSchema,
  objectiveId: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Objective whose measured effect decides whether the change is kept.'),
  planHash: planHashSchema
    .nullable()
    .default(null)
    .describe(
      'Hash of the plan that was reviewed; when the plan is another by now, it is refused.',
    ),
});
export type ProposeBody = z.infer<typeof proposeBodySchema>;

/** POST /v1/changes/{id}/approve: the hash says which plan was read. */
export const approveBodySchema = strict({
  planHash: planHashSchema,
  reason: z.string().trim().max(1000).default(''),
});
export const rejectBodySchema = strict({ reason: reasonSchema });
export const freezeBodySchema = strict({ reason: reasonSchema });
/** PUT /v1/modes/{rule|group}/{name} */
/** Release of an escalated rule: on one objective, or on all of them. */
export const releaseBodySchema = strict({
  objectiveId: z.string().min(1).max(1_000).nullable().default(null),
});
export const modeBodySchema = strict({ mode: modeSchema });
export const modeScopeSchema = z.enum(['rule', 'group']);
/** Bodies of POST without content: absent, or an empty object. */
export const emptyBodySchema = strict({}).optional();

const queryBoolean = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');
const queryInteger = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max));

export const dryRunQuerySchema = strict({ dryRun: queryBoolean });
export const CHANGE_STATE_NAMES = [
  'proposed',
  'validated',
  'awaiting-approval',
  'scheduled',
  'applying',
  'applied',
  'verifying',
  'confirming',
  'confirmed',
  'rolling-back',
  'rolled-back',
  'rejected',
  'expired',
  'superseded',
  'stuck',
] as const;
/** GET /v1/changes: newest first; `after` is the id of the last item of the page before. */
export const listChangesQuerySchema = strict({
  state: z.enum(CHANGE_STATE_NAMES).optional(),
  limit: queryInteger(1, MAX_PAGE_SIZE).optional(),
  after: z.string().min(1).optional(),
});
export const listIncidentsQuerySchema = strict({
  state: z.enum(['open', 'closed']).optional(),
  limit: queryInteger(1, MAX_PAGE_SIZE).optional(),
  after: z.string().min(1).optional(),
});
export const listShadowsQuerySchema = strict({
  limit: queryInteger(1, MAX_PAGE_SIZE).optional(),
  after: z.string().min(1).optional(),
});
/** GET /v1/journal: in order, from a sequence (1 is the first). */
export const journalQuerySchema = strict({
  from: queryInteger(1, Number.MAX_SAFE_INTEGER).optional(),
  limit: queryInteger(1, MAX_PAGE_SIZE).optional(),
});
