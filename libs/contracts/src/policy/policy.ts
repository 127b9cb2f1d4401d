import { z } from 'zod';
import { strict } from '../issues';
import { API_VERSION, modeSchema, nameSchema, positiveMsSchema } from '../scalars';
import { detectSchema } from './detect';
import { forecastSchema, learningSchema } from './foresight';
import { freezeWindowSchema } from './freeze-windows';
import { escalationSchema, freshnessSchema, limitsSchema, rolloutSchema } from './limits';
import { exampleSchema, ruleSchema } from './rules';
import { verifySchema } from './verify';

/** Policy file. Conditions are compiled by adapters/policy-cel. */
export const policySchema = strict({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Policy'),
  metadata: strict({ name: nameSchema }),
  spec: strict({
    detect: detectSchema,
    freshness: freshnessSchema,
    limits: limitsSchema,
    planTtlMs: positiveMsSchema.default(900_000).describe('A plan expires after this.'),
    leaseMs: positiveMsSchema
      .default(3_600_000)
      .describe('A kept automatic change is undone unless the loop renews it within this time.'),
    groups: z
      .record(nameSchema, modeSchema)
      .default({})
      .describe('Autonomy by device group; a group that is not named takes auto.'),
    escalation: escalationSchema,
    learning: learningSchema,
    freezeWindows: z
      .array(freezeWindowSchema)
      .max(100)
      .default([])
      .describe('Times in which no change begins; plans are made and shown.'),
    rollout: rolloutSchema,
    forecast: forecastSchema,
    verify: verifySchema.prefault({}).describe('How the effect of a change is judged.'),
    rules: z
      .array(ruleSchema)
      .min(1, 'at least one rule')
      .max(100)
      .describe('In order; the first rule whose condition holds decides.'),
    examples: z
      .array(exampleSchema)
      .max(1000)
      .default([])
      .describe('Checked by `weir policy test`.'),
  }),
});

export type PolicyDocument = z.infer<typeof policySchema>;
export type PolicyDocumentInput = z.input<typeof policySchema>;
export type PolicyExample = PolicyDocument['spec']['examples'][number];
