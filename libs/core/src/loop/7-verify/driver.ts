import type { Change } from '../../model';
import { devicesOnPaths } from '../network';
import type { ObjectiveState } from '../observed';
import type { Pass } from '../pass';

/** `oper-status` in the columns of a frame. */
const OPER_DOWN = 0;

/** What hurt may have gone by itself when the load on the written devices fell by this share. */
const FELL_RATIO = 0.1;

/** What drives an objective in spite of the change: it must be there still for the proof to hold. */
export interface Driver {
  /** Mean rate that the written devices sent in all, bits per second; NaN unknown. */
  readonly loadBps: number;
  /** Channels on the objective's paths, or of the written devices, that were down in that time. */
  readonly down: readonly string[];
}

/** Notes of a link that came up are of no more use after this time, ms. */
const FORGET_MS = 120_000;

/** Remembers when each channel was last seen down; run once for each frame. */
export function noteDown(pass: Pass): void {
  const { frame, downAtMs } = pass.observed;
  if (frame === null || frame.sequence === pass.observed.downFrame) return;
  const { layout, channels, atMs } = frame;
  const next = new Map([...downAtMs].filter(([, at]) => atMs - at < FORGET_MS));
  channels.operStatus.forEach((status, row) => {
    const channel = layout.channels[row];
    if (status !== OPER_DOWN || channel === undefined) return;
    next.set(`${layout.devices[channel.device] ?? ''}:${channel.interface}`, atMs);
  });
  pass.observe({ downAtMs: next, downFrame: frame.sequence });
}

/** Rerouting moves load between the ports of a device, and hardly changes their sum. */
export function driverOf(
  pass: Pass,
  change: Change,
  own: ObjectiveState | undefined,
  window: { readonly fromMs: number; readonly toMs: number },
): Driver {
  const devices = new Set<string>(Object.keys(change.devices));
  const { rates, frame } = pass.observed;
  const layout = frame?.layout;
  if (layout === undefined) return { loadBps: NaN, down: [] };
  const watched = new Set(devices);
  if (own !== undefined) for (const id of devicesOnPaths(pass, own.objective)) watched.add(id);
  const down: string[] = [];
  const rows: number[] = [];
  layout.channels.forEach(({ device, interface: port }, row) => {
    const id = layout.devices[device] ?? '';
    if (devices.has(id)) rows.push(row);
    const key = `${id}:${port}`;
    const downAtMs = pass.observed.downAtMs.get(key) ?? -Infinity;
    if (watched.has(id) && downAtMs >= window.fromMs && downAtMs <= window.toMs) down.push(key);
  });
  const inside = (rates?.layout === layout ? rates.recent : []).filter(
    ({ atMs }) => atMs > window.fromMs && atMs <= window.toMs,
  );
  const sums = inside.map(({ txBps }) => rows.reduce((sum, row) => sum + (txBps[row] || 0), 0));
  const loadBps = sums.reduce((sum, value) => sum + value, 0) / sums.length;
  return { loadBps, down };
}

/** Why the trouble may have ended by itself; null where what drove it is still there. */
export function endedByItself(before: Driver, now: Driver): string | null {
  const up = before.down.find((key) => !now.down.includes(key));
  if (up !== undefined) return `${up} came up meanwhile`;
  const fell = 1 - now.loadBps / before.loadBps;
  return fell > FELL_RATIO
    ? `the load on the written devices fell by ${(fell * 100).toFixed(0)} % meanwhile`
    : null;
}
