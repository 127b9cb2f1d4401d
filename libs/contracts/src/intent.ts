import { z } from 'zod';
import { strict } from './issues';
import { API_VERSION, labelsSchema, nameSchema } from './scalars';

/**
 * What every intent has, whatever its kind; `spec` is checked by the kind. `generation`,
 * `createdMs` and `status` are the server's: they are accepted, so that what `weir get -o yaml`
 * printed can be applied again, and ignored.
 */
export const intentEnvelopeSchema = strict({
  apiVersion: z.literal(API_VERSION),
  kind: z.string().regex(/^[A-Z][A-Za-z]*$/, 'a kind such as LatencyObjective'),
  metadata: strict({
    name: nameSchema,
    labels: labelsSchema.default({}),
    generation: z.int().min(0).optional(),
    createdMs: z.number().optional(),
  }),
  priority: z.int().min(0).max(1000).default(100).describe('Higher wins in a conflict.'),
  spec: z.record(z.string(), z.unknown()),
  status: z.unknown().optional(),
});

export type IntentEnvelope = z.infer<typeof intentEnvelopeSchema>;
export type IntentEnvelopeInput = z.input<typeof intentEnvelopeSchema>;
