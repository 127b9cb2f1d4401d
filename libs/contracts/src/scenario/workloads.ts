import { z } from 'zod';
import { strict } from '../issues';
import { byteSizeSchema, capacitySchema, nameSchema, trafficClassSchema } from '../scalars';
import { collectiveSchema } from './collective';
import { hostsSchema } from './hosts';
import { durationMsSchema, momentMsSchema, positiveBytesSchema } from './scalars';

type TrafficClassName = z.infer<typeof trafficClassSchema>;
const CONTROLS = ['cubic', 'dctcp', 'dcqcn', 'none'] as const;
type Control = (typeof CONTROLS)[number];

const common = (trafficClass: TrafficClassName, control: Control) => ({
  name: nameSchema,
  started: z.boolean().default(true).describe('false: waits for the event startWorkload.'),
  class: trafficClassSchema.default(trafficClass),
  queue: z
    .string()
    .min(1)
    .max(63)
    .optional()
    .describe('Queue its packets land in, when they carry the mark of another class.'),
  control: z.enum(CONTROLS).default(control).describe('How its senders answer loss and marks.'),
  minRtoMs: durationMsSchema
    .default(200)
    .describe('Shortest retransmission time-out: 200 in Linux, about 4 in RDMA NICs.'),
  hostLimitBps: capacitySchema
    .nullable()
    .default(null)
    .describe('Most that one connection sends, whatever the network could.'),
});
const connections = (fallback: number) =>
  z
    .int()
    .min(1)
    .max(10_000)
    .default(fallback)
    .describe('Parallel connections of a pair of hosts, hashed one by one.');
const perSecond = z.number().positive().max(1e8);

const stepSchema = strict({
  computeMs: z.number().min(0).max(86_400_000).default(0),
  collective: collectiveSchema.nullable().default(null),
  repeat: z.int().min(1).max(10_000).default(1).describe('The same step so many times.'),
});

const sequenceSchema = strict({
  file: z
    .string()
    .min(1, 'a file; a relative path starts at the scenario file')
    .describe('CSV of AICB, or a workload file of SimAI.'),
  acceleratorsPerWorker: z
    .int()
    .min(1)
    .max(1_024)
    .default(8)
    .describe('Behind one NIC; what they say to each other does not load the network.'),
  localBytesPerSecond: z.number().positive().default(300e9).describe('Between those, of each.'),
  computeMs: z
    .number()
    .min(0)
    .max(86_400_000)
    .default(0)
    .describe('Compute of an iteration, for files that have no times.'),
  bucketBytes: byteSizeSchema
    .default(0)
    .describe('Calls of one kind in a row are made as one of up to so many bytes; 0: one by one.'),
});

const trainingSchema = strict({
  kind: z.literal('training'),
  ...common('training', 'dctcp'),
  workers: hostsSchema.describe('In the order of ranks, at least two hosts.'),
  steps: z
    .array(stepSchema)
    .max(10_000)
    .default([])
    .describe('One iteration: compute, then communicate, step by step.'),
  sequence: sequenceSchema.optional().describe('One iteration of a real model, instead of steps.'),
  connections: connections(1),
  computeJitter: z.number().min(0).max(2).default(0.02).describe('Log-normal sigma; 0: none.'),
  stragglers: strict({
    workers: hostsSchema,
    slowdown: z.number().min(1).max(1_000),
  })
    .nullable()
    .default(null)
    .describe('Workers whose compute takes so many times as long.'),
  iterations: z.int().min(1).nullable().default(null).describe('null: until it is stopped.'),
  reportWorkers: z
    .boolean()
    .default(false)
    .describe('Each worker reports how long it computes in an iteration.'),
}).superRefine(({ steps, sequence }, context) => {
  if (steps.length > 0 === (sequence === undefined)) return;
  const message = sequence === undefined ? 'at least one step' : 'steps or a sequence, not both';
  context.addIssue({ code: 'custom', path: ['steps'], message });
});

const inferenceSchema = strict({
  kind: z.literal('inference'),
  ...common('real-time-inference', 'cubic'),
  clients: hostsSchema,
  servers: hostsSchema,
  requestsPerSecond: perSecond.describe('All clients together.'),
  profile: z
    .array(strict({ atMs: momentMsSchema, scale: z.number().min(0).max(1_000) }))
    .min(1)
    .nullable()
    .default(null)
    .describe('Load over time as a multiple of requestsPerSecond, linear in between.'),
  requestBytes: positiveBytesSchema.default(2_000),
  responseBytes: positiveBytesSchema.default(32_000),
  serviceMs: strict({ median: durationMsSchema, sigma: z.number().min(0).max(3).default(0.2) })
    .prefault({ median: 9 })
    .describe('Time in the server, log-normal.'),
  roundTrips: z.number().min(1).max(100).default(8).describe('Network round trips of a request.'),
  microBurst: strict({
    of: z.enum(['requests', 'responses']),
    periodMs: durationMsSchema,
    onMs: durationMsSchema,
  })
    .refine((burst) => burst.onMs < burst.periodMs, {
      path: ['onMs'],
      message: 'must be below periodMs',
    })
    .nullable()
    .default(null)
    .describe('One direction comes in synchronised bursts; null: smooth.'),
  connections: connections(16),
});

const bulkSchema = strict({
  kind: z.literal('bulk'),
  ...common('storage', 'cubic'),
  sources: hostsSchema,
  destinations: hostsSchema,
  streams: z
    .int()
    .min(1)
    .max(10_000)
    .default(32)
    .describe('Stream n goes from source n to destination n, both taken in turn.'),
  rateLimitBps: capacitySchema.nullable().default(null).describe('All streams together.'),
  totalBytes: positiveBytesSchema.nullable().default(null).describe('Ends after so much.'),
});

const transfersSchema = strict({
  kind: z.literal('transfers'),
  ...common('batch', 'cubic'),
  sources: hostsSchema,
  destinations: hostsSchema,
  transfersPerSecond: perSecond,
  meanBytes: positiveBytesSchema,
  shape: z
    .number()
    .gt(1, 'above 1, or the mean is infinite')
    .max(100)
    .nullable()
    .default(null)
    .describe('Pareto shape of the sizes; null: all the same size.'),
});

const attack = <const Kind extends 'scan' | 'flood'>(kind: Kind) =>
  strict({
    kind: z.literal(kind),
    ...common('best-effort', 'none'),
    sources: hostsSchema,
    destinations: hostsSchema,
    bps: capacitySchema.describe('All sources together.'),
  });

/** A workload: what libs/sim runs as a job, with hosts chosen by name or by selector. */
export const workloadSchema = z.discriminatedUnion(
  'kind',
  [trainingSchema, inferenceSchema, bulkSchema, transfersSchema, attack('scan'), attack('flood')],
  { error: 'one of training, inference, bulk, transfers, scan, flood' },
);
export type Workload = z.infer<typeof workloadSchema>;
