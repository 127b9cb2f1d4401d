import { z } from 'zod';
import { planSchema } from './resources';

const counts = <Name extends string>(names: readonly Name[]) =>
  z.looseObject(
    Object.fromEntries(names.map((name) => [name, z.number()])) as Record<Name, z.ZodNumber>,
  );

/** What became of the decisions of one rule on one group of devices. GET /v1/scores. */
export const scoreViewSchema = z.looseObject({
  rule: z.string(),
  /** Groups of the devices, with commas between; empty where a change was made by an old version. */
  group: z.string(),
  /** Decisions that were not carried out, and how they were scored. */
  shadow: counts(['decided', 'not-needed', 'helped', 'no-gain', 'harmed', 'unknown']),
  /** Changes that were carried out, by verdict and by what became of them. */
  real: counts(['improved', 'no-effect', 'harmed', 'inconclusive', 'kept', 'undone']),
  /** Sums over real changes: relative effects as predicted and as measured. */
  calibration: counts(['count', 'predicted', 'measured', 'squaredError']),
});
export type ScoreView = z.infer<typeof scoreViewSchema>;

/** A decision that was not carried out, newest first. GET /v1/shadows. */
export const shadowViewSchema = z.looseObject({
  id: z.string(),
  rule: z.string(),
  group: z.string(),
  objectiveId: z.string(),
  incident: z.string().nullable(),
  changeId: z.string().nullable(),
  why: z.enum(['observe', 'suggest', 'approve', 'frozen', 'held']),
  detail: z.string(),
  action: z.looseObject({ type: z.string() }),
  predicted: planSchema.shape.predicted,
  decidedMs: z.number(),
  settledMs: z.number(),
  dueMs: z.number(),
  beforeMs: z.number(),
  /** Null until it is due. */
  score: z
    .looseObject({
      outcome: z.enum(['not-needed', 'helped', 'no-gain', 'harmed', 'unknown']),
      gainRatio: z.number(),
      uncertaintyRatio: z.number(),
      afterMs: z.number(),
      samples: z.number(),
      evidence: z.array(z.string()),
    })
    .nullable(),
});
export type ShadowView = z.infer<typeof shadowViewSchema>;
