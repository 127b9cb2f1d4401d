import { z } from 'zod';
import { planHashSchema, proposeBodySchema } from './bodies';
import { strict } from './issues';
import { API_VERSION } from './scalars';

/**
 * A plan that was read and put aside: `weir plan --out` writes it, `weir apply` takes it. What is
 * applied is the plan of this hash or nothing; the hash binds content, base state and topology.
 */
export const savedPlanSchema = strict({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('SavedPlan'),
  formatVersion: z.literal(1),
  spec: strict({
    ...proposeBodySchema.shape,
    planHash: planHashSchema.describe('Hash of the plan; another plan is refused.'),
  }),
  text: z
    .array(z.string())
    .default([])
    .describe('The plan as it was shown, line by line; for people, never read back.'),
});
export type SavedPlan = z.infer<typeof savedPlanSchema>;
