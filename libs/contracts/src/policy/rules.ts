import { z } from 'zod';
import { strict } from '../issues';
import { modeSchema, nameSchema, nonNegativeMsSchema } from '../scalars';
import { actionSpecSchema } from './actions';
import { partialFactsSchema } from './facts';
import { verifyOverrideSchema } from './verify';

export const ruleSchema = strict({
  name: nameSchema,
  description: z.string().max(500).default(''),
  when: z
    .string()
    .trim()
    .min(1, 'a CEL condition')
    .max(2000)
    .describe('CEL condition over slo, path, queue, loss, symptom, pfc, forecast and cause.'),
  action: actionSpecSchema,
  mode: modeSchema.default('suggest').describe('Autonomy of the rule.'),
  cooldownMs: nonNegativeMsSchema
    .default(60_000)
    .describe('Rest of the rule in one place after it acted there.'),
  verify: verifyOverrideSchema.optional().describe('Overrides spec.verify for this rule.'),
  foresee: z
    .boolean()
    .default(false)
    .describe('May act on a breach that is foreseen, before it comes; for routes only.'),
}).refine(({ foresee, action }) => !foresee || ['reroute', 'placement'].includes(action.type), {
  path: ['foresee'],
  message: 'only rules whose action is reroute or placement can act on what is foreseen',
});

export const exampleSchema = strict({
  name: z.string().min(1).max(200),
  given: partialFactsSchema,
  expect: strict({ rule: nameSchema.nullable().describe('Rule that decides, or null.') }),
});
