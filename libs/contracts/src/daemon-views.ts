import { z } from 'zod';
import { intentStatusSchema } from './resources';
import { modeSchema } from './scalars';

/**
 * What the API answers about the daemon and what it works on: its devices, policy, topology and
 * modes. Loose like the resources, and for the same reason.
 */
const open = z.looseObject;

export const deviceStatusSchema = open({
  device: z.string(),
  session: z.enum(['synced', 'unknown']),
  ageMs: z.number().nullable(),
  fenced: z.boolean(),
  /** Why it is fenced, and what it holds by now of the change that could not be taken back. */
  fence: open({
    reason: z.string(),
    change: z.string().nullable(),
    holds: z.enum(['before', 'after', 'neither', 'unknown']),
  }).optional(),
  commitConfirmed: z.boolean().nullable(),
  openChange: z.string().nullable(),
});

export const engineStatusSchema = open({
  phase: z.enum(['starting', 'recovering', 'waiting-telemetry', 'running', 'holding', 'stopped']),
  holdReason: z.string(),
  epoch: z.number(),
  frozen: open({ by: z.string(), reason: z.string() }).nullable(),
  topologyRevision: z.string(),
  policy: open({ name: z.string(), hash: z.string() }),
  devices: z.array(deviceStatusSchema),
  objectives: z.array(
    open({
      id: z.string(),
      intent: z.string(),
      state: z.enum(['unknown', 'healthy', 'pending', 'breached', 'clearing']),
      quantile: z.number(),
      quantileMs: z.number().nullable(),
      thresholdMs: z.number().nullable(),
      attainedRatio: z.number().nullable(),
      windows: z.number(),
    }),
  ),
  intents: z.array(intentStatusSchema),
  hottest: z.array(
    open({ channel: z.string(), utilizationRatio: z.number(), lossRatio: z.number().nullable() }),
  ),
  telemetry: open({
    channels: z.number(),
    unknownChannels: z.number(),
    frame: z.number(),
    contradictions: z
      .array(open({ devices: z.array(z.string()), evidence: z.string() }))
      .optional(),
  }),
  forecast: open({
    series: z.number(),
    foretold: z.number(),
    horizonMs: z.number(),
    errorRatio: z.number().nullable(),
    coverageRatio: z.number().nullable(),
    wantedCoverageRatio: z.number(),
    foreseen: z.array(open({ objectiveId: z.string(), inMs: z.number() })),
  }).optional(),
  solverFailures: z
    .array(open({ method: z.string(), failures: z.number(), reason: z.string(), atMs: z.number() }))
    .optional(),
  escalated: z
    .array(open({ rule: z.string(), objectiveId: z.string(), reason: z.string() }))
    .optional(),
});
/** GET /v1/status */
export type EngineStatusView = z.infer<typeof engineStatusSchema>;

/** GET /v1/devices: the topology's device and what the engine knows of it (null: no engine). */
export const deviceViewSchema = open({
  name: z.string(),
  role: z.string(),
  group: z.string(),
  profile: z.string(),
  address: z.string(),
  interfaces: z.array(open({ name: z.string(), capacityBps: z.number() })),
  status: deviceStatusSchema.nullable(),
});
export type DeviceView = z.infer<typeof deviceViewSchema>;

/** GET /v1/policy: the text in force and the modes over it. */
export const policyViewSchema = open({
  name: z.string(),
  hash: z.string(),
  /** Source as loaded, YAML. */
  text: z.string(),
  rules: z.array(
    open({
      name: z.string(),
      description: z.string(),
      when: z.string(),
      action: open({ type: z.string() }),
      /** As the policy has it, and as it is now after mode changes. */
      mode: modeSchema,
      effectiveMode: modeSchema,
    }),
  ),
  groups: z.record(z.string(), modeSchema),
});
export type PolicyView = z.infer<typeof policyViewSchema>;

/** GET /v1/topology */
export const topologyViewSchema = open({
  name: z.string(),
  revision: z.string(),
  devices: z.array(
    open({ name: z.string(), role: z.string(), group: z.string(), address: z.string() }),
  ),
  links: z.array(open({ id: z.string(), a: z.string(), b: z.string(), capacityBps: z.number() })),
  endpoints: z.array(
    open({
      name: z.string(),
      attachedTo: z.string(),
      prefix: z.string(),
      labels: z.record(z.string(), z.string()),
    }),
  ),
});
export type TopologyView = z.infer<typeof topologyViewSchema>;

/** GET /v1/modes */
export const modesViewSchema = open({
  rules: z.record(z.string(), modeSchema),
  groups: z.record(z.string(), modeSchema),
});
