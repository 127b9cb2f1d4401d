import { z } from 'zod';
import { strict } from '../issues';
import { nonNegativeMsSchema, positiveMsSchema, ratioSchema } from '../scalars';

export const freshnessSchema = strict({
  staleMs: positiveMsSchema.default(3_000).describe('A series older than this is unknown.'),
  maxUnknownRatio: ratioSchema
    .default(0.25)
    .describe('Share of unknown channels above which the loop holds still.'),
  maxDisagreementRatio: z
    .number()
    .gt(0)
    .max(1)
    .default(0.1)
    .describe(
      'Two ends of a link, or in and out of a device, that differ by more contradict each other: nothing is changed on their word.',
    ),
}).prefault({});

export const limitsSchema = strict({
  maxDevicesPerChange: z.int().min(1).default(8),
  maxOpenChanges: z.int().min(1).default(2),
  maxChangesPerHour: z.int().min(1).default(20),
  maxLayerShare: z
    .number()
    .gt(0)
    .max(1)
    .default(0.25)
    .describe('Share of the devices of one layer that open changes may touch at once.'),
  maxPredictedUtilizationRatio: z
    .number()
    .gt(0)
    .max(1)
    .default(0.9)
    .describe('No link may be predicted above this or above its present utilisation.'),
  maxRemovedCapacityRatio: z
    .number()
    .gt(0)
    .max(1)
    .default(0.25)
    .describe(
      'Share of the capacity between switches that open changes may take out of use at once; one link always may be.',
    ),
  maxFailureUtilizationRatio: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'Share of the links left after a change and one more failure that present traffic may need; 0 does not ask.',
    ),
  dwellMs: nonNegativeMsSchema
    .default(60_000)
    .describe(
      'Rest of one route or queue after any settled automatic change on it, whatever the rule.',
    ),
  reversalWindowMs: nonNegativeMsSchema
    .default(600_000)
    .describe(
      'An automatic change that would bring back values which one replaced within this time is refused.',
    ),
}).prefault({});

export const escalationSchema = strict({
  undone: z
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe('Undone changes of one rule on one objective after which it waits for a person.'),
  periodMs: positiveMsSchema.default(864_000_000).describe('Period in which they are counted.'),
}).prefault({});

export const rolloutSchema = strict({
  canaryFromDevices: z
    .int()
    .min(0)
    .default(4)
    .describe('From so many devices on, one is written and proved before the others; 0 is never.'),
  proofMs: nonNegativeMsSchema
    .default(2_000)
    .describe(
      'How long the canary must look well on fresh telemetry before the other stages begin.',
    ),
}).prefault({});
