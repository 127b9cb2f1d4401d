import { z } from 'zod';
import { byteSizeSchema } from '../scalars';

/** A moment of the run, ms from its start. */
export const momentMsSchema = z.number().min(0).max(86_400_000);
export const durationMsSchema = z.number().positive().max(86_400_000);

export const positiveBytesSchema = byteSizeSchema.refine((bytes) => bytes > 0, {
  message: 'must be more than 0 bytes',
});

/** Device or interface names: `*` stands for any text, `[1-4]` and a trailing `1-4` for numbers. */
export const patternSchema = z
  .string()
  .min(1)
  .max(255)
  .regex(/^\S+$/, 'a name or a pattern such as leaf*, leaf1-4 or eth[1-2]');

/** A link: one of its ports (`leaf1:eth1`), both (`leaf1:eth1--spine1:eth1`), or `leaf1--spine1`. */
export const linkNameSchema = z
  .string()
  .regex(
    /^[^\s:]+(:\S+)?$/,
    'a link by a port (leaf1:eth1), both ports (leaf1:eth1--spine1:eth1) or devices (leaf1--spine1)',
  )
  .refine((link) => link.includes(':') || link.includes('--'), {
    message: 'a link by a port (leaf1:eth1) or by its devices (leaf1--spine1)',
  });

/** `LatencyObjective/chat`. */
export const intentNameSchema = z
  .string()
  .regex(/^[A-Z][A-Za-z]*\/\S+$/, 'kind and name of an intent, e.g. LatencyObjective/chat');
