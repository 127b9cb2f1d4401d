import { z } from 'zod';
import { strict } from '../issues';
import { nonNegativeMsSchema, positiveMsSchema, ratioSchema } from '../scalars';

const causesSchema = strict({
  leadRatio: ratioSchema
    .default(0.1)
    .describe(
      'A cause that leads by less than this score over the one that was named does not replace it.',
    ),
  acquitMs: nonNegativeMsSchema
    .default(16_000)
    .describe('So long nothing has to be found before the network is called innocent.'),
  burstsMs: nonNegativeMsSchema
    .default(9_000)
    .describe('So long a burst that is over is waited for to come again before a cause is named.'),
  unevenRatio: z
    .number()
    .min(1)
    .max(100)
    .default(1.15)
    .describe('Load of a link over the mean of its parallel links from which on it is uneven.'),
  polarisedDeviations: z
    .number()
    .positive()
    .max(100)
    .default(3)
    .describe('Deviations from an even hash, all switches of a tier together, that are no chance.'),
  incastSenders: z
    .int()
    .min(2)
    .max(1_000_000)
    .default(10)
    .describe('Senders to one port that are an incast for certain; a fifth of them are none.'),
  pausedRatio: z
    .number()
    .gt(0)
    .max(1)
    .default(0.05)
    .describe('Share of time in pause that is a storm for certain.'),
}).prefault({});

const burnSchema = strict({
  targetRatio: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.999)
    .describe('Share of the observations that an objective wants within its threshold.'),
  windows: z
    .array(
      strict({
        longMs: positiveMsSchema,
        shortMs: positiveMsSchema,
        factor: z.number().positive().max(1_000_000),
      }).refine(({ longMs, shortMs }) => shortMs <= longMs, 'the short window is the longer one'),
    )
    .min(1)
    .max(4)
    .default([
      { longMs: 3_600_000, shortMs: 300_000, factor: 14.4 },
      { longMs: 21_600_000, shortMs: 1_800_000, factor: 6 },
    ])
    .describe('Pairs of windows in both of which the budget burns so many times too fast.'),
});

export const detectSchema = strict({
  windowMs: positiveMsSchema.default(10_000).describe('Rolling window of a quantile.'),
  minCount: z.int().min(1).default(50).describe('Fewest observations for the quantile to count.'),
  enterRatio: z.number().min(1).max(10).default(1.05).describe('Breached above threshold x this.'),
  leaveRatio: z.number().gt(0).max(1).default(0.95).describe('Clear below threshold x this.'),
  holdMs: nonNegativeMsSchema.default(30_000).describe('How long a breach holds before acting.'),
  clearMs: nonNegativeMsSchema.default(30_000).describe('How long it is clear before closing.'),
  baselineRatio: z
    .number()
    .gt(1)
    .max(100)
    .default(1.25)
    .describe('Objectives without threshold: breached at this multiple of their own baseline.'),
  causes: causesSchema,
  burn: burnSchema
    .nullable()
    .default(null)
    .describe(
      'Incidents also open when the error budget burns too fast; null: by the quantile alone.',
    ),
}).prefault({});
