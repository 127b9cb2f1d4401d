import { z } from 'zod';
import { CHANGE_STATE_NAMES } from './bodies';
import { API_VERSION, modeSchema } from './scalars';

/**
 * What the API answers. Loose: a newer daemon may add fields, and an older client passes them
 * through. The shapes follow libs/core/src/model (held together by a type test in apps/cli).
 */
const open = z.looseObject;
const leafValue = z.union([z.string(), z.number(), z.boolean()]);

export const conditionSchema = open({
  type: z.string(),
  status: z.enum(['true', 'false', 'unknown']),
  reason: z.string(),
  message: z.string(),
  lastTransitionMs: z.number(),
});
export const intentStatusSchema = open({
  id: z.string(),
  observedGeneration: z.number(),
  conditions: z.array(conditionSchema),
  figures: z.record(z.string(), z.number().nullable()),
});
export const intentViewSchema = open({
  apiVersion: z.literal(API_VERSION),
  kind: z.string(),
  metadata: open({
    name: z.string(),
    labels: z.record(z.string(), z.string()),
    generation: z.number(),
    createdMs: z.number(),
  }),
  priority: z.number(),
  spec: z.unknown(),
  /** Null while the engine has not judged it. */
  status: intentStatusSchema.nullable(),
});
export type IntentView = z.infer<typeof intentViewSchema>;

export const leafDiffSchema = open({
  path: z.string(),
  before: leafValue.nullable(),
  after: leafValue.nullable(),
});
export const deviceDiffSchema = open({ device: z.string(), leaves: z.array(leafDiffSchema) });
export type DeviceDiffView = z.infer<typeof deviceDiffSchema>;

export const planSchema = open({
  formatVersion: z.literal(1),
  hash: z.string(),
  baseHash: z.string(),
  topologyRevision: z.string(),
  stages: z.array(z.array(z.string())),
  diffs: z.array(deviceDiffSchema),
  inverse: z.array(deviceDiffSchema),
  predicted: open({
    gainRatio: z.number(),
    uncertaintyRatio: z.number(),
    maxUtilizationBefore: z.number(),
    maxUtilizationAfter: z.number(),
    explanation: z.string(),
  }),
  disruption: z.enum(['none', 'flows-move', 'queue-change']),
  touches: open({
    links: z.array(z.string()),
    prefixes: z.array(z.string()),
    workloads: z.array(z.string()),
  }),
  checks: z.array(
    open({
      name: z.string(),
      passed: z.boolean(),
      code: z.string().nullable(),
      detail: z.string(),
    }),
  ),
  risk: open({ level: z.enum(['low', 'medium', 'high']), reasons: z.array(z.string()) }),
});
export type PlanView = z.infer<typeof planSchema>;

export const verdictSchema = open({
  verdict: z.enum(['improved', 'no-effect', 'harmed', 'inconclusive']),
  beforeMs: z.number(),
  afterMs: z.number(),
  effectRatio: z.number(),
  pValue: z.number(),
  samples: z.number(),
  evidence: z.array(z.string()),
});

export const changeViewSchema = open({
  id: z.string(),
  origin: z.enum(['rule', 'intent', 'operator']),
  rule: z.string().nullable(),
  incident: z.string().nullable(),
  intent: z.string().nullable(),
  objectiveId: z.string().nullable(),
  action: open({ type: z.string() }),
  mode: modeSchema,
  plan: planSchema,
  state: z.enum(CHANGE_STATE_NAMES),
  reason: z.string(),
  createdMs: z.number(),
  updatedMs: z.number(),
  expiresMs: z.number(),
  deadlineMs: z.number().nullable(),
  leaseUntilMs: z.number().nullable(),
  times: z.record(z.string(), z.number().optional()),
  devices: z.record(
    z.string(),
    open({
      progress: z.string(),
      commitConfirmed: z.boolean(),
      /** Identity of the commit on the device; empty before it was prepared. */
      commitId: z.string().optional(),
      lastError: z.string(),
    }),
  ),
  /** Stages of the plan, from the first one, after which no harm was seen. */
  provedStages: z.number().optional(),
  /** Why the change was left as the devices hold it; it is neither renewed nor undone any more. */
  adopted: z.string().optional(),
  verdict: verdictSchema.nullable(),
  approvedBy: z.string().nullable(),
  cause: z.string().nullable(),
});
export type ChangeView = z.infer<typeof changeViewSchema>;

export const incidentViewSchema = open({
  id: z.string(),
  objectiveId: z.string(),
  state: z.enum(['open', 'closed']),
  observedMs: z.number(),
  detectedMs: z.number(),
  diagnosedMs: z.number().nullable(),
  closedMs: z.number().nullable(),
  healthyQuantileMs: z.number().nullable(),
  /** What kind of trouble it is, and what that was told by; older incidents do not say. */
  symptom: z.string().optional(),
  symptomEvidence: z.array(z.string()).optional(),
  degradedQuantileMs: z.number(),
  /** The diagnosis that stands now; `diagnosedMs` is the first one. */
  latestDiagnosedMs: z.number().nullable().optional(),
  heldAgainst: open({
    metric: z.string(),
    quantile: z.number(),
    thresholdMs: z.number().nullable(),
  }).optional(),
  diagnosis: open({
    atMs: z.number(),
    causes: z.array(
      open({
        name: z.string(),
        score: z.number(),
        /** Of all causes of the diagnosis they add up to one, `unknown` included. */
        probability: z.number().optional(),
        at: z.string(),
        evidence: z.array(z.string()),
        /** Signals whose weights multiply to the score. */
        parts: z
          .array(open({ signal: z.string(), value: z.number().nullable(), weight: z.number() }))
          .optional(),
      }),
    ),
    /** Looked for and not found, each with the figure that speaks against it. */
    rejected: z.array(open({ name: z.string(), why: z.string() })).optional(),
    /** Unknown facts are NaN in the engine and null in JSON. */
    facts: z.record(z.string(), z.record(z.string(), z.unknown())),
  }).nullable(),
  rule: z.string().nullable(),
  changes: z.array(z.string()),
  note: z.string(),
});
export type IncidentView = z.infer<typeof incidentViewSchema>;

export const journalRecordSchema = open({
  sequence: z.number(),
  atMs: z.number(),
  epoch: z.number(),
  body: open({ kind: z.string() }),
  hash: z.string(),
});
export type JournalRecordView = z.infer<typeof journalRecordSchema>;

/** GET /v1/journal/verify */
export const journalVerificationSchema = open({
  records: z.number(),
  chain: z.enum(['ok', 'broken']),
  brokenAt: z.number().nullable(),
  head: z.string(),
  detail: z.string(),
  firstSequence: z
    .number()
    .optional()
    .describe('First record that is left; older ones were compacted away.'),
  snapshots: z
    .array(open({ sequence: z.number(), finding: z.string().nullable() }))
    .optional()
    .describe('Newest first; the finding is null where the snapshot is in order.'),
});
export type JournalVerificationView = z.infer<typeof journalVerificationSchema>;

/** PUT or POST of an intent, and DELETE; with dryRun the plans that it would cause. */
export const intentResultSchema = open({
  intent: intentViewSchema,
  plans: z.array(changeViewSchema),
  dryRun: z.boolean(),
});
export type IntentResult = z.infer<typeof intentResultSchema>;
/** POST of a change, approve, reject, undo. */
export const changeResultSchema = open({ change: changeViewSchema, dryRun: z.boolean() });
export type ChangeResult = z.infer<typeof changeResultSchema>;
/** Freeze, unfreeze, mode, unfence. */
export const doneResultSchema = open({ done: z.literal(true) });
/** GET /version */
export const versionSchema = open({ name: z.string(), version: z.string() });

/** A page of a list; `next` is the `after` (or `from`) of the next page, null at the end. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  open({ items: z.array(item), next: z.string().nullable() });
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}
