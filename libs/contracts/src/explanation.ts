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
  /** Of all causes of the diagnosis one; null where an earlier version wrote the record. */
  probability: z.number().nullable(),
  /** Signals whose weights multiply to the score; null where that is not recorded. */
  parts: z
    .array(open({ signal: z.string(), value: z.number().nullable(), weight: z.number() }))
    .nullable(),
  at: z.string(),
  evidence: z.array(z.string()),
};

/** Verdicts known of an action; older ones count less. */
const learnedSchema = open({
  helped: z.number(),
  failed: z.number(),
  successRatio: z.number().nullable(),
});

const candidateSchema = open({
  /** In words. */
  action: z.string(),
  type: z.string(),
  /** Relative change that is predicted, negative is better. */
  gainRatio: z.number(),
  uncertaintyRatio: z.number(),
  explanation: z.string(),
  /** How it was found; may be empty. */
  method: z.string(),
  notes: z.array(z.string()),
  learned: learnedSchema.nullable(),
});

const askedRuleSchema = open({
  name: z.string(),
  when: z.string(),
  /** `condition-false`, `no-gain`, `chosen`...; null where it is not recorded. */
  answer: z.string().nullable(),
  /** The answer in words; empty where it says it all. */
  detail: z.string(),
  bestGainRatio: z.number().nullable(),
  minGainRatio: z.number().nullable(),
  /** Best first. */
  candidates: z.array(candidateSchema),
});

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
    /** `latency`, `throughput`, `foreseen`...; null in records of earlier versions. */
    kind: z.string().nullable(),
    objectiveId: z.string(),
    /** 0..1, e.g. 0.95; null where it is not recorded. */
    quantile: z.number().nullable(),
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
    /** Looked for in vain; null where that is not recorded. */
    ruledOut: z.array(open({ name: z.string(), why: z.string() })).nullable(),
  }).nullable(),
  rules: open({
    chosen: z.string().nullable(),
    policyHash: z.string().nullable(),
    /** Whether `order` is of the policy that decided, or for old records of the one in force now. */
    policy: z.enum(['decided', 'now']).nullable(),
    /** Traffic class and layer within which experience counts as the same. */
    context: z.string().nullable(),
    decidedMs: z.number().nullable(),
    order: z.array(askedRuleSchema),
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
    /** Why this one, how it was found, what was known of it; null where it is not recorded. */
    why: z.string().nullable(),
    method: z.string().nullable(),
    learned: learnedSchema.nullable(),
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
  /** What going back showed of a change that looked better without proof. */
  switchback: open({
    outcome: z.enum(['proved', 'refuted', 'open']),
    reason: z.string(),
  }).nullable(),
  /** Predicted beside measured; null without a verdict or where no gain was claimed. */
  comparison: open({
    predictedRatio: z.number(),
    uncertaintyRatio: z.number(),
    measuredRatio: z.number(),
    asPredicted: z.boolean(),
  }).nullable(),
  end: open({
    state: z.enum([...CHANGE_STATE_NAMES, 'open', 'closed']),
    over: z.boolean(),
    atMs: z.number().nullable(),
    reason: z.string(),
    leaseUntilMs: z.number().nullable(),
    adopted: z.string().nullable(),
  }),
  /** What it taught; null where no rule made the change, and in old records. */
  lesson: open({
    cause: z.string(),
    action: z.string(),
    context: z.string(),
    counted: z.enum(['helped', 'failed', 'half-failed', 'none', 'open']),
    now: learnedSchema.nullable(),
  }).nullable(),
  changes: z.array(
    open({
      id: z.string(),
      relation: z.enum(['undoes', 'undone-by', 'repeats', 'repeated-by', 'same-incident']),
      type: z.string(),
      state: z.string(),
      verdict: z.string().nullable(),
    }),
  ),
  notRecorded: z.array(z.string()),
});
export type ExplanationView = z.infer<typeof explanationSchema>;
