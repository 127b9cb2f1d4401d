import type { SeriesForecast } from '../../ports';
import type { Objective } from '../../model';
import { channelsOf, legsOf, topologyIndex, type Leg, type Loads } from '../network';
import type { Pass } from '../pass';
import { isForetold, type LoadSeries } from './state';

/** Which end of the interval a picture of the future is made of. */
export type Bound = 'lower' | 'value' | 'upper';

/** Utilisation beyond which more does not hurt more: queues are full and senders are held back. */
const MOST = 1.2;

/**
 * What a workload sees of the load of its paths, as one utilisation: the mean of u^4 over its
 * traffic, which weighs a hot channel as its queue does, brought back to the scale of u. A hot
 * channel out of eight alike counts for 0.6 of its own utilisation. NaN while none is known.
 */
export function exposureOf(
  pass: Pass,
  objective: Objective,
  loadOf: (channel: string) => number,
): number {
  let [sum, shares] = [0, 0];
  for (const [channel, share] of channelsOf(pass, objective)) {
    const load = loadOf(channel);
    if (Number.isNaN(load)) continue;
    sum += share * Math.min(MOST, Math.max(0, load)) ** 4;
    shares += share;
  }
  return shares > 0 ? (sum / shares) ** 0.25 : NaN;
}

/**
 * The same under other routes and their loads; `sharesOf` says where a leg goes, whose traffic need
 * not follow the weights.
 */
export function exposureUnder(
  pass: Pass,
  objective: Objective,
  loads: Loads,
  sharesOf: (leg: Leg) => ReadonlyMap<string, number>,
): number {
  const { attachments } = topologyIndex(pass.env.topology);
  let [sum, shares] = [0, 0];
  const add = (channel: string, share: number): void => {
    sum += share * Math.min(MOST, loads.get(channel) ?? 0) ** 4;
    shares += share;
  };
  for (const leg of legsOf(pass, objective)) {
    add(attachments.get(leg.prefix) ?? '', 1);
    for (const [channel, share] of sharesOf(leg)) add(channel, share);
  }
  return shares > 0 ? (sum / shares) ** 0.25 : NaN;
}

/** Load of the last step that is over, by channel; NaN where it is not followed or not known. */
export const latestLoad =
  (series: ReadonlyMap<string, LoadSeries>) =>
  (channel: string): number =>
    series.get(channel)?.values.at(-1) ?? NaN;

/** Load at the horizon; a channel without an interval keeps the load that it has now. */
export const foretoldLoad =
  (series: ReadonlyMap<string, LoadSeries>, bound: Bound) =>
  (channel: string): number => {
    const one = series.get(channel);
    if (one === undefined) return NaN;
    return isForetold(one.next) ? Math.max(0, one.next[bound]) : (one.values.at(-1) ?? NaN);
  };

/** The channel of the objective with the largest such bound, and its forecast; null: none has one. */
export function hottestAhead(
  pass: Pass,
  objective: Objective,
  bound: Bound,
): { readonly channel: string; readonly next: SeriesForecast } | null {
  let hottest: { channel: string; next: SeriesForecast } | null = null;
  for (const channel of channelsOf(pass, objective).keys()) {
    const next = pass.observed.forecast?.series.get(channel)?.next;
    if (next === undefined || !isForetold(next)) continue;
    if (hottest === null || next[bound] > hottest.next[bound]) hottest = { channel, next };
  }
  return hottest;
}
