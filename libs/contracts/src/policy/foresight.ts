import { z } from 'zod';
import { strict } from '../issues';
import { positiveMsSchema } from '../scalars';

export const learningSchema = strict({
  enabled: z
    .boolean()
    .default(true)
    .describe('Whether verdicts may change which option is tried first; they are counted anyway.'),
  floor: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.05)
    .describe('Least chance of every option that learning would put behind another.'),
  halfLifeMs: positiveMsSchema
    .default(2_592_000_000)
    .describe('Time in which a verdict loses half of its weight.'),
}).prefault({});

export const forecastSchema = strict({
  enabled: z.boolean().default(true).describe('Whether the load of links is forecast at all.'),
  intervalMs: z
    .int()
    .min(500)
    .max(3_600_000)
    .default(5_000)
    .describe('Length of a step: the load of a link is averaged over it.'),
  horizonSteps: z
    .int()
    .min(1)
    .max(60)
    .default(6)
    .describe('How many steps ahead is forecast: time to decide, write and settle.'),
  coverage: z
    .number()
    .min(0.5)
    .max(0.99)
    .default(0.9)
    .describe('Share of what comes that the interval around the forecast is to hold.'),
  maxSeries: z
    .int()
    .min(1)
    .max(2_048)
    .default(512)
    .describe('Links on the paths of objectives that are followed at the most, the hottest first.'),
}).prefault({});
