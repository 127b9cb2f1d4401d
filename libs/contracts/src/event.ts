import { z } from 'zod';

/**
 * Data of one server-sent event: a journal record. The SSE `id` is the sequence, the SSE `event`
 * the kind of the record; reconnecting with Last-Event-ID continues after it.
 */
export const eventSchema = z.looseObject({
  sequence: z.int().min(1),
  atMs: z.number(),
  epoch: z.int(),
  body: z.looseObject({ kind: z.string() }),
  hash: z.string(),
});
export type EventEnvelope = z.infer<typeof eventSchema>;
