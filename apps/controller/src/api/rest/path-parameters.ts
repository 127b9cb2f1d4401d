import { nameSchema } from '@weir/contracts';
import { z } from 'zod';

/** Parameters in paths: long enough for every id that Weir makes, and no control characters. */
export const idParameterSchema = z
  .string()
  .max(200)
  .regex(/^[\w.:@/-]+$/, 'letters, digits and . _ : @ / -');
export const nameParameterSchema = nameSchema;
export const kindParameterSchema = z
  .string()
  .regex(/^[A-Za-z]{1,63}$/, 'a kind such as LatencyObjective');
