import { z } from 'zod';
import { strict } from '../issues';
import { nameSchema } from '../scalars';

const WEEKDAY_NAMES = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const ISO_TIME = 'a time with zone as in 2026-12-24T00:00:00Z';

const windowFields = {
  name: nameSchema.describe('Named in the reason of what waits for its end.'),
  groups: z
    .array(nameSchema)
    .default([])
    .describe('Device groups that it protects; none named means all.'),
};
const timeOfDaySchema = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day from 00:00 to 24:00, e.g. 17:30');
const weeklyWindowSchema = strict({
  ...windowFields,
  days: z
    .array(z.enum(WEEKDAY_NAMES))
    .min(1, 'at least one day')
    .describe('Local days on which it begins.'),
  from: timeOfDaySchema.describe('Local time of day at which it begins.'),
  to: timeOfDaySchema.describe('Local time of day at which it ends; before `from`: the day after.'),
  utcOffsetMinutes: z
    .int()
    .min(-840)
    .max(840)
    .default(0)
    .describe('Local time minus UTC; 60 is Central European Time. There is no summer time.'),
}).refine((window) => window.from !== window.to && window.from !== '24:00', {
  path: ['from'],
  message: 'must differ from `to` (a whole day is 00:00 to 24:00) and be before 24:00',
});
const onceWindowSchema = strict({
  ...windowFields,
  start: z.iso.datetime({ offset: true, error: ISO_TIME }).describe('Begin, ISO 8601 with zone.'),
  end: z.iso.datetime({ offset: true, error: ISO_TIME }).describe('End, not part of it.'),
}).refine((window) => Date.parse(window.start) < Date.parse(window.end), {
  path: ['end'],
  message: 'must be after `start`',
});

export const freezeWindowSchema = z.union([weeklyWindowSchema, onceWindowSchema]);
