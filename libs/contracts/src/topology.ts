import { z } from 'zod';
import { bgpSpeakerSchema } from './bgp';
import { strict } from './issues';
import {
  API_VERSION,
  byteSizeSchema,
  capacitySchema,
  hostPortSchema,
  labelsSchema,
  nameSchema,
  portSchema,
  prefixSchema,
  trafficClassSchema,
} from './scalars';
import { segmentSchema } from './sr-policy';

export const DEVICE_ROLE_NAMES = ['leaf', 'spine', 'superspine', 'switch'] as const;

const queuesSchema = z.partialRecord(trafficClassSchema, z.string().min(1).max(63));

const weightGridSchema = z
  .int()
  .min(2)
  .max(4096)
  .describe('ECMP hash entries that the weights of one group share.');

const deviceSchema = strict({
  name: nameSchema,
  role: z.enum(DEVICE_ROLE_NAMES),
  group: nameSchema
    .optional()
    .describe('Autonomy and blast radius are counted per group; default: the role.'),
  address: hostPortSchema.optional().describe('gNMI server; a device without one is not managed.'),
  profile: nameSchema.optional(),
  bgp: bgpSpeakerSchema
    .optional()
    .describe('For profile gobgp: the speaker that announces routes to the router.'),
  nodeSid: segmentSchema
    .optional()
    .describe('Segment that leads here by shortest paths: an MPLS label or an SRv6 SID.'),
  weightGridEntries: weightGridSchema.optional(),
  sharedBuffer: byteSizeSchema.optional().describe('Shared packet buffer of the device.'),
  queues: queuesSchema.optional().describe('Overrides spec.defaults.queues for this device.'),
  interfaces: z
    .record(z.string().min(1).max(255), strict({ capacity: capacitySchema }))
    .default({})
    .describe('Interfaces by name; those that only occur in links may be left out.'),
});

const linkSchema = strict({
  a: portSchema,
  b: portSchema,
  capacity: capacitySchema.optional().describe('Default: the capacity of its interfaces.'),
});

const endpointSchema = strict({
  name: nameSchema,
  attachedTo: portSchema,
  prefix: prefixSchema,
  labels: labelsSchema.default({}),
});

/** Topology file: what exists and how it is wired; references are checked by inventory-file. */
export const topologySchema = strict({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Topology'),
  metadata: strict({ name: nameSchema }),
  spec: strict({
    defaults: strict({
      profile: nameSchema.default('openconfig'),
      weightGridEntries: weightGridSchema.default(64),
      sharedBuffer: byteSizeSchema
        .default(0)
        .describe('0 is unknown: no queue limit can be computed, so no buffer rule acts.'),
      queues: queuesSchema.default({}).describe('Queue name of each traffic class.'),
    }).prefault({}),
    devices: z.array(deviceSchema).min(1, 'at least one device').max(100_000),
    links: z.array(linkSchema).max(1_000_000).default([]),
    endpoints: z.array(endpointSchema).max(1_000_000).default([]),
  }),
});

export type TopologyDocument = z.infer<typeof topologySchema>;
export type TopologyDocumentInput = z.input<typeof topologySchema>;
