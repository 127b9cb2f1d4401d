/** Days, weekdays and UTC text of wall times without a calendar of the platform. */
export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** Day since 1 January 1970; also for times before it. */
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);

/** 0 is Monday; day 0 was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7;

/** `2026-12-24 18:00 UTC`; years 0 to 9999 of the Gregorian calendar. */
export function utcText(ms: number): string {
  const { year, month, day } = dateOf(dayOf(ms));
  const minute = Math.floor((ms - dayOf(ms) * DAY_MS) / MINUTE_MS);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  return `${date} ${two(Math.floor(minute / 60))}:${two(minute % 60)} UTC`;
}

/** Days of 400, 100, 4 years and 1 year, counted from a first of March so that leap days come last. */
const ERA = 146_097;
const CENTURY = 36_524;
const FOUR_YEARS = 1_461;
/** From 1 March of the year 0 to 1 January 1970. */
const TO_1970 = 719_468;

function dateOf(days: number): { year: number; month: number; day: number } {
  const since = days + TO_1970;
  const era = Math.floor(since / ERA);
  let left = since - era * ERA;
  const centuries = Math.min(3, Math.floor(left / CENTURY));
  left -= centuries * CENTURY;
  const fours = Math.floor(left / FOUR_YEARS);
  left -= fours * FOUR_YEARS;
  const years = Math.min(3, Math.floor(left / 365));
  left -= years * 365;
  // Months from March on have 31, 30, 31, 30, 31 days, over and over: 153 in five.
  const fromMarch = Math.floor((5 * left + 2) / 153);
  const day = left - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = era * 400 + centuries * 100 + fours * 4 + years + (month <= 2 ? 1 : 0);
  return { year, month, day };
}
