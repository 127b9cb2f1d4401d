import { z } from 'zod';
import { strict } from '../issues';
import { trafficClassSchema } from '../scalars';

const rerouteSpecSchema = strict({
  type: z.literal('reroute'),
  targetUtilizationRatio: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.6)
    .describe('Utilisation of the hottest link that the new weights aim for.'),
});
const placementSpecSchema = strict({
  type: z.literal('placement'),
  targetUtilizationRatio: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.6)
    .describe('Mean utilisation below which a link need not be relieved.'),
});
const avoidSpecSchema = strict({ type: z.literal('avoid') });
const bufferSpecSchema = strict({
  type: z.literal('buffer'),
  stepExponent: z
    .int()
    .min(1)
    .max(4)
    .default(1)
    .describe('Added to the exponent of the dynamic threshold; 1 doubles the share.'),
  maxScalingFactor: z.int().min(-8).max(8).default(3).describe('Upper limit of the exponent.'),
  sizing: z
    .enum(['burst', 'bdp', 'bdp-burst', 'training', 'inference', 'appenzeller', 'pfc-headroom'])
    .default('burst')
    .describe('What the size is reckoned by: the burst as measured, or a rule by its name.'),
  rttUs: z
    .number()
    .positive()
    .max(1e6)
    .default(56)
    .describe('Round-trip time without queues that rules reckon with, microseconds.'),
  maxQueueMs: z
    .number()
    .positive()
    .max(10_000)
    .default(50)
    .describe('Static limits are not raised beyond what the port sends in this time.'),
});
const ecnSpecSchema = strict({
  type: z.literal('ecn'),
  minThresholdBytesAt25G: z
    .int()
    .min(1)
    .default(100_000)
    .describe('Kmin at 25 Gb/s, scaled with the line rate.'),
  maxThresholdBytesAt25G: z
    .int()
    .min(1)
    .default(400_000)
    .describe('Kmax at 25 Gb/s, scaled with the line rate.'),
  minThresholdFrames: z
    .int()
    .min(1)
    .max(1_000)
    .default(10)
    .describe('Kmin is so many full-size frames at least, and Kmax rises with it: slow links.'),
  maxProbabilityPercent: z.int().min(1).max(100).default(20).describe('Pmax.'),
  rttUs: z
    .number()
    .positive()
    .max(1e6)
    .default(56)
    .describe('Round-trip time without queues, microseconds: Kmin stays above rate x RTT / 7.'),
  classes: z
    .array(trafficClassSchema)
    .min(1)
    .default(['training', 'storage', 'batch'])
    .describe('Classes whose queues on the path are marked.'),
}).refine((spec) => spec.minThresholdBytesAt25G <= spec.maxThresholdBytesAt25G, {
  path: ['minThresholdBytesAt25G'],
  message: 'must not be above maxThresholdBytesAt25G',
});

const schedulerSpecSchema = strict({
  type: z.literal('scheduler'),
  maxShareRatio: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.7)
    .describe('Share of a port that one queue may be guaranteed.'),
  classes: z
    .array(trafficClassSchema)
    .min(1)
    .default(['real-time-inference', 'interactive'])
    .describe('Classes whose starved queues are given a larger share.'),
});

export const actionSpecSchema = z.discriminatedUnion(
  'type',
  [
    rerouteSpecSchema,
    placementSpecSchema,
    avoidSpecSchema,
    bufferSpecSchema,
    ecnSpecSchema,
    schedulerSpecSchema,
  ],
  { error: 'one of reroute, placement, avoid, buffer, ecn, scheduler' },
);
