import { z } from 'zod';
import { strict } from './issues';

const experienceFields = {
  /** Name of a cause, e.g. `congestion`. */
  cause: z.string().min(1).max(63),
  /** Type of a rule's action, or `undo`. */
  action: z.string().min(1).max(63),
  /** Traffic class and layer, e.g. `training/leaf`. */
  context: z.string().min(1).max(100),
  /** Verdicts that improved and that did not, as of `atMs`; older ones count less. */
  helped: z.number().min(0),
  failed: z.number().min(0),
  /** Wall time, ms since the epoch. */
  atMs: z.number().min(0),
  /** Verdicts ever counted. */
  verdicts: z.int().min(0),
};

/** What verdicts taught of one action against one cause. */
export const experienceSchema = strict(experienceFields);

/** As it is learned, with what it comes to now. GET /v1/learning. */
export const experienceViewSchema = z.looseObject({
  ...experienceFields,
  /** The same counts as of the answer. */
  now: z.looseObject({
    helped: z.number(),
    failed: z.number(),
    /** helped / (helped + failed); null when both have faded. */
    successRatio: z.number().nullable(),
  }),
});
export type ExperienceView = z.infer<typeof experienceViewSchema>;

export const learningViewSchema = z.looseObject({
  policy: z.looseObject({
    enabled: z.boolean(),
    floor: z.number(),
    halfLifeMs: z.number(),
  }),
  entries: z.array(experienceViewSchema),
});
export type LearningView = z.infer<typeof learningViewSchema>;

/** POST /v1/learning/reset: of every cause, of every action, where none is named. */
export const learningResetBodySchema = strict({
  cause: z.string().min(1).max(63).nullable().default(null),
  action: z.string().min(1).max(63).nullable().default(null),
});

/** PUT /v1/learning: entries of the same cause, action and context are replaced. */
export const learningImportBodySchema = strict({
  entries: z.array(experienceSchema).max(1_000),
});
export type LearningImport = z.infer<typeof learningImportBodySchema>;
