import { z } from 'zod';
import { strict } from '../issues';
import { nameSchema } from '../scalars';

export const MEASURE_METRICS = [
  'request-latency',
  'iteration-time',
  'collective-time',
  'throughput',
] as const;

/** What the result of a run follows; the first is the headline. */
export const measureSchema = strict({
  workload: nameSchema,
  metric: z
    .enum(MEASURE_METRICS)
    .optional()
    .describe('Default: request-latency, iteration-time or throughput, by the kind of workload.'),
  quantile: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.95)
    .describe('The one that tables show; p50, p95, p99 and the mean are in the result anyway.'),
});

const range = () =>
  strict({ min: z.int().min(0).optional(), max: z.int().min(0).optional() }).refine(
    ({ min, max }) => min === undefined || max === undefined || min <= max,
    { path: ['min'], message: 'must not be above max' },
  );

const measureExpectationSchema = strict({
  workload: nameSchema,
  metric: z.enum(MEASURE_METRICS).optional(),
  quantile: z.number().gt(0).lt(1).default(0.95),
  window: z
    .enum(['before', 'evaluation', 'end'])
    .default('end')
    .describe(
      'Before the first event after the warm-up, the evaluation window, or the last quarter.',
    ),
  max: z.number().positive().optional().describe('ms, or bits per second for throughput.'),
  min: z.number().positive().optional(),
  maxRatioToBefore: z
    .number()
    .positive()
    .optional()
    .describe('Against the same measure before the first event after the warm-up.'),
}).refine(
  ({ max, min, maxRatioToBefore }) =>
    max !== undefined || min !== undefined || maxRatioToBefore !== undefined,
  { message: 'needs max, min or maxRatioToBefore' },
);

/** What must hold at the end of a run with the loop on. */
export const expectSchema = strict({
  incidents: range().optional(),
  causes: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('The first cause of every incident is one of these.'),
  causeAt: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('At least one incident has its first cause at one of these places.'),
  rules: z
    .array(nameSchema)
    .optional()
    .describe('Every automatic change was made by one of these rules.'),
  changes: range().optional().describe('Changes that reached a device.'),
  kept: range().optional(),
  undone: range().optional(),
  wrongVerdicts: range().optional().describe('Verdicts that the simulated truth contradicts.'),
  harmfulKept: range().optional().describe('Changes that were kept and truly harm.'),
  firstChangeWithinMs: z
    .number()
    .positive()
    .optional()
    .describe('From the first event after the warm-up to the first Set.'),
  measures: z.array(measureExpectationSchema).default([]),
});
