import fc from 'fast-check';
import { WEEKDAYS, type FreezeWindow } from '../../model';
import { DAY_MS, MINUTE_MS, utcText } from './calendar';
import { openWindow } from './freeze-windows';

const at = (text: string): number => Date.parse(text);
const ALL = new Set(['pod1']);

const weekly = (part: Partial<Extract<FreezeWindow, { kind: 'weekly' }>>): FreezeWindow => ({
  kind: 'weekly',
  name: 'w',
  groups: [],
  days: ['fri'],
  fromMinute: 17 * 60,
  toMinute: 8 * 60,
  utcOffsetMinutes: 0,
  ...part,
});

const untilOf = (windows: readonly FreezeWindow[], text: string): string | null => {
  const open = openWindow(windows, ALL, at(text));
  return open === null ? null : open.untilMs === null ? 'for ever' : utcText(open.untilMs);
};

describe('freeze windows', () => {
  it.each([
    ['2026-12-25T16:59:59Z', null],
    ['2026-12-25T17:00:00Z', '2026-12-26 08:00 UTC'],
    ['2026-12-26T00:00:00Z', '2026-12-26 08:00 UTC'],
    ['2026-12-26T07:59:59Z', '2026-12-26 08:00 UTC'],
    ['2026-12-26T08:00:00Z', null],
    ['2026-12-24T18:00:00Z', null],
  ])('over midnight belong to the day on which they begin: %s', (text, until) => {
    expect(untilOf([weekly({})], text)).toBe(until);
  });

  it('are in local time: the offset moves them, over the end of the week too', () => {
    const monday = weekly({ days: ['mon'], fromMinute: 0, toMinute: 60, utcOffsetMinutes: 600 });
    // Monday 00:00 at UTC+10 is Sunday 14:00 UTC.
    expect(untilOf([monday], '2026-12-27T13:59:00Z')).toBeNull();
    expect(untilOf([monday], '2026-12-27T14:30:00Z')).toBe('2026-12-27 15:00 UTC');
    const sunday = weekly({
      days: ['sun'],
      fromMinute: 23 * 60,
      toMinute: 60,
      utcOffsetMinutes: -60,
    });
    expect(untilOf([sunday], '2026-12-28T01:30:00Z')).toBe('2026-12-28 02:00 UTC');
  });

  it('name the end of what follows on each other, and say so when there is none', () => {
    const weekend = [
      weekly({ days: ['sat', 'sun'], fromMinute: 0, toMinute: 1_440 }),
      weekly({ name: 'night', days: ['sun'], fromMinute: 20 * 60, toMinute: 6 * 60 }),
    ];
    expect(untilOf(weekend, '2026-12-26T12:00:00Z')).toBe('2026-12-28 06:00 UTC');
    const always = weekly({ days: [...WEEKDAYS], fromMinute: 0, toMinute: 1_440 });
    expect(untilOf([always], '2026-12-26T12:00:00Z')).toBe('for ever');
  });

  it('bind the groups that they name', () => {
    const window = weekly({ groups: ['pod2'] });
    expect(openWindow([window], new Set(['pod1']), at('2026-12-25T18:00:00Z'))).toBeNull();
    expect(
      openWindow([window], new Set(['pod1', 'pod2']), at('2026-12-25T18:00:00Z')),
    ).not.toBeNull();
  });

  it('are open exactly when the local day and time say so', () => {
    const minute = fc.integer({ min: 0, max: 1_439 });
    const zone = fc.integer({ min: -840, max: 840 });
    const moment = fc.integer({ min: at('1969-01-01T00:00:00Z'), max: at('2100-01-01T00:00:00Z') });
    const days = fc.subarray([...WEEKDAYS], { minLength: 1 });
    fc.assert(
      fc.property(days, minute, minute, zone, moment, (on, from, to, offset, wallMs) => {
        fc.pre(from !== to);
        const window = weekly({
          days: on,
          fromMinute: from,
          toMinute: to,
          utcOffsetMinutes: offset,
        });
        const local = new Date(wallMs + offset * MINUTE_MS);
        const dayName = (date: Date) => WEEKDAYS[(date.getUTCDay() + 6) % 7] ?? 'mon';
        const yesterday = new Date(local.getTime() - DAY_MS);
        const now = local.getUTCHours() * 60 + local.getUTCMinutes();
        const night = to < from;
        const open =
          (on.includes(dayName(local)) && now >= from && (night || now < to)) ||
          (night && on.includes(dayName(yesterday)) && now < to);
        const found = openWindow([window], ALL, wallMs);
        expect(found !== null).toBe(open);
        if (found === null || found.untilMs === null) return;
        expect(found.untilMs).toBeGreaterThan(wallMs);
        expect(openWindow([window], ALL, found.untilMs)).toBeNull();
        expect(openWindow([window], ALL, found.untilMs - 1)).not.toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  it('write times as the calendar has them', () => {
    const moment = fc.integer({ min: at('0001-01-01T00:00:00Z'), max: at('9999-12-31T00:00:00Z') });
    fc.assert(
      fc.property(moment, (ms) => {
        const iso = new Date(ms).toISOString();
        expect(utcText(ms)).toBe(`${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`);
      }),
      { numRuns: 2_000 },
    );
  });
});
