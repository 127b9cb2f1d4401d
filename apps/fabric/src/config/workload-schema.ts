import { nameSchema, strict, trafficClassSchema } from '@weir/contracts';
import type { WorkloadSpec } from '@weir/sim';
import { z } from 'zod';

const endpoints = z.array(nameSchema).min(1, 'at least one endpoint');
const bytes = z.number().positive();
const ms = z.number().positive();
const queue = z
  .string()
  .min(1)
  .optional()
  .describe('Queue its packets land in, when they carry the mark of another class.');
const minRtoMs = ms.default(200).describe('Shortest retransmission time-out of the senders.');

const inference = strict({
  kind: z.literal('inference'),
  name: nameSchema,
  class: trafficClassSchema.default('real-time-inference'),
  queue,
  clients: endpoints,
  servers: endpoints,
  requestsPerSecond: z.number().positive().max(1e7),
  requestBytes: bytes.default(2_000),
  responseBytes: bytes.default(32_000),
  serviceMs: strict({ median: ms, sigma: z.number().min(0).max(3) }).default({
    median: 9,
    sigma: 0.2,
  }),
  roundTrips: z.number().min(1).max(100).default(8),
  microBurst: strict({ of: z.enum(['requests', 'responses']), periodMs: ms, onMs: ms })
    .refine((burst) => burst.onMs < burst.periodMs, { message: 'onMs must be below periodMs' })
    .nullable()
    .default(null),
  connections: z.int().min(1).default(16),
  minRtoMs,
});

const bulk = strict({
  kind: z.literal('bulk'),
  name: nameSchema,
  class: trafficClassSchema.default('storage'),
  queue,
  sources: endpoints,
  destinations: endpoints,
  streams: z.int().min(1).max(1_000).default(32),
  rateLimitBps: z.number().positive().nullable().default(null),
  totalBytes: bytes.nullable().default(null),
  ecnCapable: z.boolean().default(false),
});

const training = {
  name: nameSchema,
  class: trafficClassSchema.default('training'),
  queue,
  computeMs: z.number().min(0),
  ecnCapable: z.boolean().default(true),
  minRtoMs,
};

const parameterServer = strict({
  kind: z.literal('parameter-server'),
  ...training,
  workers: endpoints,
  servers: endpoints,
  shardBytes: bytes,
  connections: z.int().min(1).default(1),
});

const ring = strict({
  kind: z.literal('ring-allreduce'),
  ...training,
  workers: z.array(nameSchema).min(2, 'at least two workers'),
  bytes,
});

/** A workload as YAML or JSON; the same fields as in libs/sim, with defaults. */
export const workloadSchema = z
  .discriminatedUnion('kind', [inference, bulk, parameterServer, ring])
  .transform((spec): WorkloadSpec => {
    const { queue: own, ...rest } = spec;
    return own === undefined ? rest : { ...rest, queue: own };
  });
