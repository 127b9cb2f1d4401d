import { z } from 'zod';
import { detectSchema } from './detect';
import { strict } from './issues';
import {
  API_VERSION,
  modeSchema,
  nameSchema,
  nonNegativeMsSchema,
  positiveMsSchema,
  ratioSchema,
  trafficClassSchema,
} from './scalars';

const WEEKDAY_NAMES = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const ISO_TIME = 'a time with zone as in 2026-12-24T00:00:00Z';

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

const verifyOverrideSchema = strict({
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

const ruleSchema = strict({
  name: nameSchema,
  description: z.string().max(500).default(''),
  when: z
    .string()
    .trim()
    .min(1, 'a CEL condition')
    .max(2000)
    .describe('CEL condition over slo, path, queue, loss, forecast and cause.'),
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

const number = z.number().optional();
/** Facts of an example; what is left out is unknown (NaN) and makes no comparison true. */
export const partialFactsSchema = strict({
  slo: strict({
    breached: z.boolean().optional(),
    quantileMs: number,
    thresholdMs: number,
    severity: number,
    class: z.string().optional(),
    metric: z.string().optional(),
  }).optional(),
  path: strict({
    maxUtilizationRatio: number,
    maxLossRatio: number,
    bestAlternativeUtilizationRatio: number,
    downLinks: number,
    imbalanceRatio: number,
    ownShareRatio: number,
    grayLossRatio: number,
    fanIn: number,
    elephants: number,
  }).optional(),
  queue: strict({
    depthBytes: number,
    depthRatio: number,
    peakDepthBytes: number,
    lossRatio: number,
    markRatio: number,
    delayMs: number,
    standingRatio: number,
    starved: z.boolean().optional(),
    shareRatio: number,
  }).optional(),
  loss: strict({ ratio: number }).optional(),
  symptom: strict({ kind: z.string() }).optional(),
  pfc: strict({ pauseRatio: number }).optional(),
  forecast: strict({
    maxUtilizationRatio: number,
    upperUtilizationRatio: number,
    lowerUtilizationRatio: number,
    horizonMs: number,
  }).optional(),
  cause: strict({ name: z.string().optional(), score: number }).optional(),
});
export type PartialFacts = z.infer<typeof partialFactsSchema>;

const exampleSchema = strict({
  name: z.string().min(1).max(200),
  given: partialFactsSchema,
  expect: strict({ rule: nameSchema.nullable().describe('Rule that decides, or null.') }),
});

const freshnessSchema = strict({
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

const limitsSchema = strict({
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

const escalationSchema = strict({
  undone: z
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe('Undone changes of one rule on one objective after which it waits for a person.'),
  periodMs: positiveMsSchema.default(864_000_000).describe('Period in which they are counted.'),
}).prefault({});

const learningSchema = strict({
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

const rolloutSchema = strict({
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

const forecastSchema = strict({
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

const windowFields = {
  name: nameSchema.describe('Named in the reason of what waits for its end.'),
  groups: z
    .array(nameSchema)
    .default([])
    .describe('Device groups that it protects; none named means all.'),
};
const timeOfDaySchema = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day from 00:00 to 24:00, e.g. 17:30');
const weeklyWindowSchema = strict({
  ...windowFields,
  days: z
    .array(z.enum(WEEKDAY_NAMES))
    .min(1, 'at least one day')
    .describe('Local days on which it begins.'),
  from: timeOfDaySchema.describe('Local time of day at which it begins.'),
  to: timeOfDaySchema.describe('Local time of day at which it ends; before `from`: the day after.'),
  utcOffsetMinutes: z
    .int()
    .min(-840)
    .max(840)
    .default(0)
    .describe('Local time minus UTC; 60 is Central European Time. There is no summer time.'),
}).refine((window) => window.from !== window.to && window.from !== '24:00', {
  path: ['from'],
  message: 'must differ from `to` (a whole day is 00:00 to 24:00) and be before 24:00',
});
const onceWindowSchema = strict({
  ...windowFields,
  start: z.iso.datetime({ offset: true, error: ISO_TIME }).describe('Begin, ISO 8601 with zone.'),
  end: z.iso.datetime({ offset: true, error: ISO_TIME }).describe('End, not part of it.'),
}).refine((window) => Date.parse(window.start) < Date.parse(window.end), {
  path: ['end'],
  message: 'must be after `start`',
});

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
      .array(z.union([weeklyWindowSchema, onceWindowSchema]))
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
