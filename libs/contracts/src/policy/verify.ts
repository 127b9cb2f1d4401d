import { z } from 'zod';
import { strict } from '../issues';
import { nonNegativeMsSchema, positiveMsSchema, ratioSchema } from '../scalars';

const harmSchema = strict({
  objectiveRatio: z
    .number()
    .positive()
    .default(0.1)
    .describe('Relative worsening of the objective that ends the change at once.'),
  otherObjectivesRatio: z
    .number()
    .positive()
    .default(0.1)
    .describe('The same for every other objective on the touched links.'),
  lossIncrease: ratioSchema
    .default(0.001)
    .describe('Absolute increase of the loss ratio on touched links that ends the change.'),
  tailRatio: z
    .number()
    .min(0)
    .default(0)
    .describe('Relative worsening of a 99th percentile that ends the change; 0: not asked.'),
  pauseIncreasePps: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'Increase of the pause frames per second at a port of a written device that ends the ' +
        'change; 0: not asked.',
    ),
}).prefault({});

const verifyShape = {
  settleMs: nonNegativeMsSchema
    .default(10_000)
    .describe('Time after the last device took the change in which samples are not counted.'),
  minSamples: z.int().min(1).default(200).describe('Fewest samples before any verdict.'),
  maxMs: positiveMsSchema
    .default(300_000)
    .describe('Without a verdict by then, the change counts as no effect or inconclusive.'),
  minGainRatio: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('Smallest relative improvement of the objective that counts.'),
  alpha: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.05)
    .describe('How often a change that does nothing may be kept, by an always-valid test.'),
  falseRollbackRatio: z
    .number()
    .gt(0)
    .lt(0.5)
    .optional()
    .describe('How often a good change may be undone as harmful or hopeless; default: alpha.'),
  harm: harmSchema,
  switchback: z
    .enum(['never', 'unproven'])
    .default('never')
    .describe(
      'Whether a change that looks better without proof is taken back, and made again when it is ' +
        'as bad as before then.',
    ),
  onInconclusive: z
    .enum(['rollback', 'hold'])
    .default('rollback')
    .describe('What becomes of a change that neither helped nor harmed; hold waits for a person.'),
};
export const verifySchema = strict(verifyShape);

export const verifyOverrideSchema = strict({
  settleMs: nonNegativeMsSchema.optional(),
  minSamples: z.int().min(1).optional(),
  maxMs: positiveMsSchema.optional(),
  minGainRatio: z.number().min(0).max(1).optional(),
  alpha: z.number().gt(0).lt(0.5).optional(),
  falseRollbackRatio: z.number().gt(0).lt(0.5).optional(),
  harm: strict({
    objectiveRatio: z.number().positive().optional(),
    otherObjectivesRatio: z.number().positive().optional(),
    lossIncrease: ratioSchema.optional(),
    tailRatio: z.number().min(0).optional(),
    pauseIncreasePps: z.number().min(0).optional(),
  }).optional(),
  switchback: z.enum(['never', 'unproven']).optional(),
  onInconclusive: z.enum(['rollback', 'hold']).optional(),
});
