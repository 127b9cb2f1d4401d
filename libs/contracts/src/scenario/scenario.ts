import { z } from 'zod';
import { intentEnvelopeSchema } from '../intent';
import { strict } from '../issues';
import { API_VERSION, nameSchema } from '../scalars';
import { scenarioEventSchema } from './events';
import { expectSchema, measureSchema } from './expectations';
import { durationMsSchema, momentMsSchema } from './scalars';
import { scenarioQueueSchema, settingSchema } from './settings';
import { scenarioTopologySchema } from './topology';
import { workloadSchema } from './workloads';

const overrides = () => z.record(z.string(), z.unknown()).optional();

const policySchema = strict({
  file: z.string().min(1).optional().describe('A policy file; default: the policy of Weir.'),
  overrides: strict({
    detect: overrides(),
    freshness: overrides(),
    limits: overrides(),
    verify: overrides(),
    groups: overrides().describe('Autonomy by device group.'),
    planTtlMs: z.number().optional(),
    leaseMs: z.number().optional(),
    forecast: overrides(),
    rules: z
      .record(nameSchema, z.record(z.string(), z.unknown()).nullable())
      .optional()
      .describe('Fields of rules, by the name of the rule; null takes a rule out.'),
  })
    .prefault({})
    .describe('Fields of the policy that are otherwise here.'),
}).prefault({});

const specSchema = strict({
  description: z.string().max(5_000).default('').describe('What happens, for people.'),
  durationMs: durationMsSchema,
  seed: z.int().min(0).max(0xffffffff).default(1).describe('When `weir sim` is given none.'),
  tickMs: z.int().min(10).max(60_000).default(500).describe('Period of the pass of the loop.'),
  sampleIntervalMs: z
    .int()
    .min(10)
    .max(60_000)
    .default(1_000)
    .describe('Period of the counters from each switch and of the samples in the result.'),
  warmupMs: momentMsSchema
    .default(0)
    .describe('What is measured before this does not count in any figure.'),
  evaluation: strict({
    fromMs: momentMsSchema.optional().describe('Default: the first event after the warm-up.'),
    toMs: momentMsSchema.optional().describe('Default: the end of the run.'),
  })
    .prefault({})
    .describe('Window over which runs are compared.'),
  topology: scenarioTopologySchema,
  queues: z
    .array(scenarioQueueSchema)
    .min(1)
    .max(8)
    .optional()
    .describe('Default: rt (strict), train (weight 60), be (weight 40).'),
  settings: z.array(settingSchema).default([]).describe('In order; later ones win.'),
  workloads: z.array(workloadSchema).min(1, 'at least one workload').max(10_000),
  events: z.array(scenarioEventSchema).default([]),
  intents: z
    .array(intentEnvelopeSchema)
    .default([])
    .describe(
      'As the API takes them; endpoints may be { hostsOf: chat.clients }, the hosts of a workload.',
    ),
  policy: policySchema,
  measures: z.array(measureSchema).default([]).describe('Default: one for each workload.'),
  expect: expectSchema.prefault({}),
});

/** Scenario file: a fabric, what lives on it, what goes wrong, and what should come of it. */
export const scenarioSchema = strict({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Scenario'),
  metadata: strict({
    name: nameSchema,
    title: z.string().max(200).default(''),
  }),
  spec: specSchema,
}).superRefine(({ spec }, context) => {
  const late = (path: PropertyKey[], atMs: number | undefined): void => {
    if (atMs === undefined || atMs <= spec.durationMs) return;
    const message = `after the end of the run (durationMs: ${spec.durationMs})`;
    context.addIssue({ code: 'custom', path: ['spec', ...path], message });
  };
  late(['warmupMs'], spec.warmupMs);
  late(['evaluation', 'fromMs'], spec.evaluation.fromMs);
  late(['evaluation', 'toMs'], spec.evaluation.toMs);
  spec.events.forEach((event, i) => late(['events', i, 'atMs'], event.atMs));
  spec.workloads.forEach(({ name }, i) => {
    if (spec.workloads.findIndex((other) => other.name === name) === i) return;
    const message = `"${name}" is used twice`;
    context.addIssue({ code: 'custom', path: ['spec', 'workloads', i, 'name'], message });
  });
});

export type ScenarioDocument = z.infer<typeof scenarioSchema>;
export type ScenarioDocumentInput = z.input<typeof scenarioSchema>;
