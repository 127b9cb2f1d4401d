import { z } from 'zod';
import { CHANGE_STATE_NAMES } from './bodies';
import { leafDiffSchema, planSchema, verdictSchema } from './resources';
import { modeSchema } from './scalars';
import { shadowViewSchema } from './scores';

const open = z.looseObject;
const actionSchema = open({ type: z.string() });

const causeFields = {
  name: z.string(),
  /** 0..1, larger is more likely. */
  score: z.number(),
  at: z.string(),
  evidence: z.array(z.string()),
};

/**
 * GET /v1/changes/{id}/explanation and /v1/incidents/{id}/explanation: the chain from what was
 * observed to how it ended. Times are ms since the epoch. What no record says is in `notRecorded`.
 */
export const explanationSchema = open({
  subject: open({ kind: z.enum(['change', 'incident']), id: z.string() }),
  /** Who wanted the change; null for an incident. */
  origin: open({
    type: z.enum(['rule', 'intent', 'operator']),
    /** Rule, id of the intent, or empty. */
    name: z.string(),
    /** Authenticated caller, or `loop`; null when the record is gone. */
    by: z.string().nullable(),
    atMs: z.number(),
  }).nullable(),
  symptom: open({
    incident: z.string(),
    objectiveId: z.string(),
    metric: z.string().nullable(),
    figureMs: z.number(),
    thresholdMs: z.number().nullable(),
    healthyMs: z.number().nullable(),
    observedMs: z.number(),
    detectedMs: z.number(),
  }).nullable(),
  cause: open({
    ...causeFields,
    diagnosedMs: z.number(),
    rejected: z.array(open({ ...causeFields, why: z.string() })),
  }).nullable(),
  rules: open({
    chosen: z.string().nullable(),
    /** Of the policy in force now, from which `order` is; null when it is not known. */
    policyHash: z.string().nullable(),
    /** The answer is null where none is recorded. */
    order: z.array(open({ name: z.string(), when: z.string(), answer: z.string().nullable() })),
    answers: z.array(open({ atMs: z.number(), rule: z.string().nullable(), note: z.string() })),
  }).nullable(),
  shadows: z.array(
    shadowViewSchema.pick({
      ...{ id: true, rule: true, why: true, detail: true, action: true },
      ...{ predicted: true, decidedMs: true, score: true },
    }),
  ),
  choice: open({
    action: actionSchema,
    mode: modeSchema,
    devices: z.array(z.string()),
    leaves: z.array(leafDiffSchema.extend({ device: z.string() })),
    predicted: planSchema.shape.predicted,
    checks: planSchema.shape.checks,
    risk: planSchema.shape.risk,
    planHash: z.string(),
    approvedBy: z.string().nullable(),
  }).nullable(),
  transaction: open({
    times: z.record(z.string(), z.number().optional()),
    transitions: z.array(
      open({ atMs: z.number(), from: z.string(), to: z.string(), reason: z.string() }),
    ),
    devices: z.array(
      open({
        device: z.string(),
        stage: z.number(),
        progress: z.string(),
        commitConfirmed: z.boolean(),
        lastError: z.string(),
        /** Empty where the records are gone; a null outcome is a beginning. */
        steps: z.array(
          open({
            atMs: z.number(),
            verb: z.string(),
            outcome: z.string().nullable(),
            message: z.string(),
          }),
        ),
      }),
    ),
  }).nullable(),
  verdict: verdictSchema.nullable(),
  end: open({
    state: z.enum([...CHANGE_STATE_NAMES, 'open', 'closed']),
    over: z.boolean(),
    atMs: z.number().nullable(),
    reason: z.string(),
    leaseUntilMs: z.number().nullable(),
    adopted: z.string().nullable(),
  }),
  changes: z.array(
    open({
      id: z.string(),
      relation: z.enum(['undoes', 'undone-by', 'same-incident']),
      type: z.string(),
      state: z.string(),
      verdict: z.string().nullable(),
    }),
  ),
  notRecorded: z.array(z.string()),
});
export type ExplanationView = z.infer<typeof explanationSchema>;
