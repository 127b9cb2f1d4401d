import type { Change } from '../../model';
import { devicesOnPaths } from '../network';
import type { ObjectiveState } from '../observed';
import type { Pass } from '../pass';
import { meanOf } from './mean';

/** `oper-status` in the columns of a frame. */
const OPER_DOWN = 0;

/** What hurt may have gone by itself when the load on the written devices fell by this share. */
export const FELL_RATIO = 0.1;

/** What drives an objective in spite of the change: it must be there still for the proof to hold. */
export interface Driver {
  /** Mean rate that the written devices sent in all, bits per second; NaN unknown. */
  readonly loadBps: number;
  /** Channels on the objective's paths, or of the written devices, that were down in that time. */
  readonly down: readonly string[];
}

/** Notes of a link that came up are of no more use after this time, ms. */
const FORGET_MS = 120_000;

/** Frames with a channel down that are kept, and channels of each: more is no flapping link. */
const MOST_FRAMES = 128;
const MOST_DOWN = 64;

/** Remembers when each channel was last seen down; run once for each frame. */
export function noteDown(pass: Pass): void {
  const { frame, downAtMs } = pass.observed;
  if (frame === null || frame.sequence === pass.observed.downFrame) return;
  const { layout, channels, atMs } = frame;
  const next = new Map([...downAtMs].filter(([, at]) => atMs - at < FORGET_MS));
  const down: string[] = [];
  channels.operStatus.forEach((status, row) => {
    const channel = layout.channels[row];
    if (status !== OPER_DOWN || channel === undefined) return;
    const key = `${layout.devices[channel.device] ?? ''}:${channel.interface}`;
    next.set(key, atMs);
    down.push(key);
  });
  const known = (pass.observed.downFrames ?? []).filter((one) => atMs - one.atMs < FORGET_MS);
  const downFrames =
    down.length === 0 ? known : [...known, { atMs, down: down.slice(0, MOST_DOWN) }];
  pass.observe({
    downAtMs: next,
    downFrames: downFrames.slice(-MOST_FRAMES),
    downFrame: frame.sequence,
  });
}

/** Rerouting moves load between the ports of a device, and hardly changes their sum. */
export function driverOf(
  pass: Pass,
  change: Change,
  own: ObjectiveState | undefined,
  window: { readonly fromMs: number; readonly toMs: number },
): Driver {
  const devices = new Set<string>(Object.keys(change.devices));
  const layout = pass.observed.frame?.layout;
  if (layout === undefined) return { loadBps: NaN, down: [] };
  const watched = new Set(devices);
  if (own !== undefined) for (const id of devicesOnPaths(pass, own.objective)) watched.add(id);
  const down: string[] = [];
  layout.channels.forEach(({ device, interface: port }) => {
    const id = layout.devices[device] ?? '';
    const key = `${id}:${port}`;
    const downAtMs = pass.observed.downAtMs.get(key) ?? -Infinity;
    if (watched.has(id) && downAtMs >= window.fromMs && downAtMs <= window.toMs) down.push(key);
  });
  const loadBps = meanOf(loadsOf(pass, change, window).map(({ bps }) => bps));
  return { loadBps, down };
}

/** What the written devices sent in all, frame by frame. */
export function loadsOf(
  { observed: { rates, frame } }: Pass,
  change: Change,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): readonly { readonly atMs: number; readonly bps: number }[] {
  const layout = frame?.layout;
  if (layout === undefined || rates?.layout !== layout) return [];
  const rows = layout.channels.flatMap(({ device }, row) =>
    change.devices[layout.devices[device] ?? ''] === undefined ? [] : [row],
  );
  return rates.recent
    .filter(({ atMs }) => atMs > fromMs && atMs <= toMs)
    .map(({ atMs, txBps }) => ({
      atMs,
      bps: rows.reduce((sum, row) => sum + (txBps[row] || 0), 0),
    }));
}

/**
 * Until when the load on the written devices was as before, where it fell in one step since
 * (least squares of a level before the step and one after it); NaN where there is no such step.
 */
export function drivenUntilMs(pass: Pass, change: Change, before: Driver, fromMs: number): number {
  const loads = loadsOf(pass, change, { fromMs, toMs: Infinity });
  const least = (1 - FELL_RATIO) * before.loadBps;
  let best = { untilMs: NaN, between: 0 };
  for (let count = 1; count < loads.length; count++) {
    const first = meanOf(loads.slice(0, count).map(({ bps }) => bps));
    const rest = meanOf(loads.slice(count).map(({ bps }) => bps));
    const between = (count * (loads.length - count) * (first - rest) ** 2) / loads.length;
    if (between <= best.between) continue;
    const isFall = first >= least && rest < least;
    best = { untilMs: isFall ? (loads[count - 1]?.atMs ?? NaN) : NaN, between };
  }
  return best.untilMs;
}

/** Why the trouble may have ended by itself; null where no link that was down came up. */
export function cameUp(before: Driver, now: Driver): string | null {
  const up = before.down.find((key) => !now.down.includes(key));
  return up === undefined ? null : `${up} came up meanwhile`;
}

/** The same of the load, which drives the objective no more when it fell. */
export function loadFell(before: Driver, now: Driver): string | null {
  const fell = 1 - now.loadBps / before.loadBps;
  return fell > FELL_RATIO
    ? `the load on the written devices fell by ${(fell * 100).toFixed(0)} % meanwhile`
    : null;
}
