import {
  actionSchema,
  formatIssues,
  labelsSchema,
  learningImportBodySchema,
  learningResetBodySchema,
  modeSchema,
  nameSchema,
  summarize,
} from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import type { Command } from '@weir/core/model';
import { z } from 'zod';

const by = z.string().min(1).max(255);
const id = z.string().min(1).max(1_000);
const text = z.string().max(10_000);
const dryRun = z.boolean();

const intentSchema = z.object({
  kind: z.string().max(63),
  name: nameSchema,
  labels: labelsSchema,
  priority: z.int().min(0).max(1000),
  spec: z.unknown(),
});

const commandSchema = z.discriminatedUnion('verb', [
  z.object({ verb: z.literal('put-intent'), intent: intentSchema, dryRun, by }),
  z.object({ verb: z.literal('delete-intent'), id, dryRun, by }),
  z.object({
    verb: z.literal('propose'),
    action: actionSchema,
    objectiveId: id.nullable(),
    planHash: text.nullable(),
    dryRun,
    by,
  }),
  z.object({ verb: z.literal('approve'), changeId: id, planHash: text, by, reason: text }),
  z.object({ verb: z.literal('reject'), changeId: id, by, reason: text }),
  z.object({ verb: z.literal('undo'), changeId: id, dryRun, by }),
  z.object({ verb: z.literal('freeze'), by, reason: text }),
  z.object({ verb: z.literal('unfreeze'), by }),
  z.object({
    verb: z.literal('set-mode'),
    scope: z.enum(['rule', 'group']),
    name: text,
    mode: modeSchema,
    by,
  }),
  z.object({ verb: z.literal('release-rule'), rule: text, objectiveId: id.nullable(), by }),
  z.object({ verb: z.literal('reset-learning'), ...learningResetBodySchema.shape, by }),
  z.object({ verb: z.literal('import-learning'), ...learningImportBodySchema.shape, by }),
  z.object({ verb: z.literal('unfence'), device: id, by }),
  z.object({ verb: z.literal('status') }),
]);

/**
 * A command as it comes from the bus. The API has checked what it sends, but the bus may be a
 * Redis that others write to as well, and what the engine takes ends in the journal for good.
 * Refused with `request-invalid`.
 */
export function checkCommand(given: unknown): Result<Command> {
  const parsed = commandSchema.safeParse(given);
  // Names of devices are branded in the model; the engine looks them up.
  if (parsed.success) return ok(parsed.data as Command);
  const { where, reason } = summarize(formatIssues(parsed.error));
  return refuse('request-invalid', `command.${where}`, reason);
}
