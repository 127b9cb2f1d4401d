import { WEEKDAYS, type Change, type FreezeWindow } from '../../model';
import type { Pass } from '../pass';
import { DAY_MS, dayOf, MINUTE_MS, utcText, weekdayOf } from './calendar';

export interface OpenWindow {
  readonly name: string;
  /** Wall time at which no window is open any more, ms; null: not within a week and a day. */
  readonly untilMs: number | null;
}

/** Further ahead than this nobody waits, and windows that follow each other without end do. */
const HORIZON_MS = 8 * DAY_MS;

/** The window that is open at a wall time on one of these groups; null when none is. */
export function openWindow(
  windows: readonly FreezeWindow[],
  groups: ReadonlySet<string>,
  wallMs: number,
): OpenWindow | null {
  const relevant = windows.filter(
    (window) => window.groups.length === 0 || window.groups.some((group) => groups.has(group)),
  );
  const endAt = (atMs: number): { name: string; endMs: number } | null => {
    let last: { name: string; endMs: number } | null = null;
    for (const window of relevant) {
      const endMs = endOf(window, atMs);
      if (endMs !== null && (last === null || endMs > last.endMs))
        last = { name: window.name, endMs };
    }
    return last;
  };
  const first = endAt(wallMs);
  if (first === null) return null;
  let untilMs = first.endMs;
  for (let next = endAt(untilMs); next !== null; next = endAt(untilMs)) {
    untilMs = next.endMs;
    if (untilMs - wallMs > HORIZON_MS) break;
  }
  const isForEver = untilMs - wallMs > HORIZON_MS && endAt(untilMs) !== null;
  return { name: first.name, untilMs: isForEver ? null : untilMs };
}

/** When the window ends, if it is open then, ms; the end itself is not part of it. */
function endOf(window: FreezeWindow, atMs: number): number | null {
  if (window.kind === 'once')
    return atMs >= window.startMs && atMs < window.endMs ? window.endMs : null;
  const offsetMs = window.utcOffsetMinutes * MINUTE_MS;
  const localMs = atMs + offsetMs;
  const today = dayOf(localMs);
  let endMs: number | null = null;
  // It may have begun yesterday and go past midnight.
  for (const day of [today - 1, today]) {
    const weekday = WEEKDAYS[weekdayOf(day)];
    if (weekday === undefined || !window.days.includes(weekday)) continue;
    const fromMs = day * DAY_MS + window.fromMinute * MINUTE_MS;
    const night = window.toMinute <= window.fromMinute ? DAY_MS : 0;
    const toMs = day * DAY_MS + window.toMinute * MINUTE_MS + night;
    if (localMs >= fromMs && localMs < toMs) endMs = Math.max(endMs ?? -Infinity, toMs - offsetMs);
  }
  return endMs;
}

/** Why a change has to wait for the end of a freeze window, with that end; null when it need not. */
export function waitsForWindow(pass: Pass, change: Change): string | null {
  const groups = new Set(
    change.plan.diffs.map((diff) => pass.env.topology.devices.get(diff.device)?.group ?? ''),
  );
  const open = openWindow(pass.env.policy.freezeWindows, groups, pass.now.wallMs);
  if (open === null) return null;
  const until = open.untilMs === null ? 'the policy ends it' : utcText(open.untilMs);
  return `freeze window ${open.name} is open until ${until}`;
}
