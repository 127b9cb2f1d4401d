import type { Cause } from '../../model';
import type { Evidence } from './gather';
import { clamp, isCause, weigh } from './weigh';

const percent = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`;

/** Ports that are paused because a port further down is full, and pause others in turn. */
export function pfcStorm({ pauses, limits }: Evidence): Cause[] {
  if (pauses === null) return [];
  const { held, pausedRatio, root, byHost, ports, switches } = pauses;
  const cause = weigh(
    'pfc-storm',
    root,
    [
      ['paused', pausedRatio, clamp(pausedRatio / limits.pausedRatio)],
      // One switch that a host or a full port holds back is no storm yet.
      ['switches', switches, switches > 1 ? 0.98 : 0.6],
    ],
    [
      `${held} is on the paths and may not send for up to ${percent(pausedRatio)} of the time`,
      `${ports} ports of ${switches} switches are paused; ` +
        (byHost
          ? `the host behind ${root} pauses it`
          : `the pauses lead to ${root}, which is full`),
    ],
  );
  return cause === null ? [] : [cause];
}

/** Rates of a period ago that explain those of now. */
const REGULAR_FROM = 0.2;
const REGULAR = 0.5;
/** With more than this share of the time they are no bursts. */
const MAX_ON = 0.85;

/** Bursts at regular times that fill a link which has room between them. */
export function periodicBursts({ bursts }: Evidence): Cause[] {
  if (bursts === null || bursts.rises < 2) return [];
  const { key, rises, onRatio, periodMs, regularity, peakRatio } = bursts;
  const cause = weigh(
    'periodic-bursts',
    key,
    [
      ['peak', peakRatio, clamp((peakRatio - 0.6) / 0.25)],
      ['on-share', onRatio, onRatio < MAX_ON ? 1 : 0],
      ['regularity', regularity, clamp((regularity - REGULAR_FROM) / (REGULAR - REGULAR_FROM))],
      ['bursts', rises, rises > 2 ? 0.97 : 0.85],
    ],
    [
      `${key} was filled ${rises} times, every ${(periodMs / 1000).toFixed(1)} s, to ${percent(peakRatio)} of its rate`,
      `it is busy ${percent(onRatio)} of the time; rates of one period earlier explain those of now (autocorrelation ${regularity.toFixed(2)})`,
    ],
  );
  return [cause].filter(isCause);
}
