import type { DeviceId, Policy, TelemetryFrame, Topology } from '../../model';
import { devicesOnPaths, edgesOf, splitChannel, topologyIndex } from '../network';
import type { Contradiction, Trend } from '../observed';
import type { Pass } from '../pass';

/**
 * What the redundancy of telemetry shows: both ends of a link count the same bytes, and a switch
 * sends no more than it receives (Krentsel et al., CrossCheck, NSDI 2026). A link that loses is not
 * a contradiction: it loses one way, on one link, and both switches are in balance. A switch that
 * counts wrong sends more than it gets, or receives more than was sent to it, which no loss can
 * explain, or disagrees with all its neighbours alike.
 *
 * `before` stays in force as long as too little is known to clear it.
 */
export function crossCheck(
  topology: Topology,
  freshness: Policy['freshness'],
  frame: TelemetryFrame,
  rates: Rates,
  before: readonly Contradiction[],
): readonly Contradiction[] {
  const { recent } = rates;
  if (recent.length < MIN_FRAMES) return before;
  const window: Window = { topology, frame, trend: rates, recent };
  const compared = compareAll(window, freshness.maxDisagreementRatio);
  const found = [
    ...impossibleLinks(window, compared),
    ...aboveLineRate(window),
    ...deadLinksThatCarry(window),
  ];
  const known = new Set(compared.flatMap(({ from, to }) => [from, to]));
  const open = before.filter((old) => !old.devices.some((device) => known.has(device)));
  return [...open, ...found].slice(0, MAX_CONTRADICTIONS);
}

type Rates = Pick<Trend, 'layout' | 'recent'>;

/** The last frames of a window that goes on over changes of routes. */
export function latestRates(before: Rates | null, { layout, recent }: Rates): Rates {
  const latest = recent.at(-1);
  const old = before !== null && before.layout === layout ? before.recent : [];
  if (latest === undefined || old.at(-1) === latest) return { layout, recent: old };
  return { layout, recent: [...old, latest].slice(-WINDOW_FRAMES) };
}

/** Frames that are looked at: some samples, so that the skew between two ends averages out. */
const WINDOW_FRAMES = 8;
const MIN_FRAMES = 6;
/** More than these nobody reads, and the loop holds still for the first one. */
const MAX_CONTRADICTIONS = 20;
/** Links with less than this share of their capacity are not compared. */
const MIN_UTILIZATION = 0.02;
/** Deviations of the mean of the differences that count as sampling. */
const SIGMAS = 3;
/** Frames by which the samples of two ends may be apart, as far as rising traffic is concerned. */
const SKEW_FRAMES = 3;

interface Window {
  readonly topology: Topology;
  readonly frame: TelemetryFrame;
  readonly trend: Rates;
  readonly recent: Rates['recent'];
}

/** One direction of a link over the window. */
interface Comparison {
  readonly key: string;
  readonly from: DeviceId;
  readonly to: DeviceId;
  readonly sentBps: number;
  readonly receivedBps: number;
  /** `more`: more is received than was sent, which cannot be. `less`: a loss, or a lie. */
  readonly outcome: 'agree' | 'more' | 'less';
}

function compareAll(window: Window, ratio: number): readonly Comparison[] {
  const { opposite, behind } = topologyIndex(window.topology);
  const comparisons: Comparison[] = [];
  for (const [key, other] of opposite) {
    const to = behind.get(key);
    const compared = compare(window, key, other, ratio);
    if (compared !== null && to !== undefined)
      comparisons.push({ ...compared, key, from: splitChannel(key).device, to });
  }
  return comparisons;
}

function compare(
  { trend, recent }: Window,
  key: string,
  other: string,
  ratio: number,
): Pick<Comparison, 'sentBps' | 'receivedBps' | 'outcome'> | null {
  const row = trend.layout.channelIndex.get(key) ?? -1;
  const back = trend.layout.channelIndex.get(other) ?? -1;
  const sent = recent.map(({ txBps }) => txBps[row] ?? NaN);
  const received = recent.map(({ rxBps }) => rxBps[back] ?? NaN);
  const sentBps = mean(sent);
  const receivedBps = mean(received);
  const base = Math.max(sentBps, receivedBps);
  const capacityBps = trend.layout.channels[row]?.capacityBps ?? NaN;
  // Also false where anything is unknown.
  if (!(base > MIN_UTILIZATION * capacityBps)) return null;
  const gap = sentBps - receivedBps;
  const gaps = sent.map((bps, i) => bps - (received[i] ?? NaN));
  const scatter = (SIGMAS * deviation(gaps)) / Math.sqrt(gaps.length / 2);
  // Traffic that rises shows at one end first; a lie that begins shows at one end only.
  const ramp = (Math.min(spread(sent), spread(received)) * SKEW_FRAMES) / gaps.length;
  const differs = Math.abs(gap) > Math.max(ratio * base, scatter, ramp);
  return { sentBps, receivedBps, outcome: !differs ? 'agree' : gap < 0 ? 'more' : 'less' };
}

function impossibleLinks(window: Window, compared: readonly Comparison[]): Contradiction[] {
  const odd = compared.filter(({ outcome }) => outcome !== 'agree');
  if (odd.length === 0) return [];
  const accused = odd.filter((item) => item.outcome === 'more' || isLie(window, compared, item));
  const share = (device: DeviceId): number => {
    const own = compared.filter(({ from, to }) => from === device || to === device);
    return own.filter(({ outcome }) => outcome !== 'agree').length / own.length;
  };
  return byDevice(
    accused.map((item): Contradiction => {
      const { key, from, to, sentBps, receivedBps } = item;
      const [one, other] = [share(from), share(to)];
      const devices = one > other ? [from] : one < other ? [to] : [from, to];
      const evidence = `${key} sent ${gigabits(sentBps)} and ${to} received ${gigabits(receivedBps)} of it; ${devices.join(' or ')} counts wrong`;
      return { devices, evidence };
    }),
  );
}

/** Whether a direction that seems to lose traffic cannot be a link that loses. */
function isLie(window: Window, compared: readonly Comparison[], item: Comparison): boolean {
  const { opposite } = topologyIndex(window.topology);
  const back = compared.find(({ key }) => key === opposite.get(item.key));
  if (back !== undefined && back.outcome !== 'agree') return true;
  const sentBySame = compared.filter(({ from }) => from === item.from);
  const receivedBySame = compared.filter(({ to }) => to === item.to);
  const all = (items: readonly Comparison[]): boolean =>
    items.length >= 2 && items.every(({ outcome }) => outcome === 'less');
  if (all(sentBySame) || all(receivedBySame)) return true;
  const missing = sentBySame
    .filter(({ outcome }) => outcome === 'less')
    .reduce((sum, { sentBps, receivedBps }) => sum + sentBps - receivedBps, 0);
  return surplusOf(window, item.from) >= 0.5 * missing;
}

/** What a device sends beyond what it receives, host ports included, bps; NaN: not all is known. */
function surplusOf({ topology, trend, recent }: Window, device: DeviceId): number {
  let bps = 0;
  for (const name of topology.devices.get(device)?.interfaces.keys() ?? []) {
    const row = trend.layout.channelIndex.get(`${device}:${name}`) ?? -1;
    bps += mean(recent.map(({ txBps, rxBps }) => (txBps[row] ?? NaN) - (rxBps[row] ?? NaN)));
  }
  return bps;
}

/** Sampling at uneven times makes a rate a little too high now and then, but not on average. */
const MAX_LINE_RATE = 1.1;

function aboveLineRate({ trend, recent }: Window): Contradiction[] {
  const found: Contradiction[] = [];
  trend.layout.channels.forEach(({ device, interface: name, capacityBps }, row) => {
    const bps = Math.max(
      mean(recent.map(({ txBps }) => txBps[row] ?? NaN)),
      mean(recent.map(({ rxBps }) => rxBps[row] ?? NaN)),
    );
    if (!(bps > MAX_LINE_RATE * capacityBps)) return;
    const id = trend.layout.devices[device] as DeviceId;
    const evidence = `${id}:${name} counts ${gigabits(bps)} on a link of ${gigabits(capacityBps)}`;
    found.push({ devices: [id], evidence });
  });
  return byDevice(found);
}

/** A link that one end calls down while both ends go on counting traffic on it. */
function deadLinksThatCarry({ topology, frame, trend, recent }: Window): Contradiction[] {
  const { channelIndex } = trend.layout;
  const found: Contradiction[] = [];
  for (const { a, b, capacityBps } of topology.links) {
    const rows = [a, b].map((port) => channelIndex.get(`${port.device}:${port.interface}`) ?? -1);
    const down = rows.map((row) => frame.channels.operStatus[row] === 0);
    if (down[0] === down[1]) continue;
    const [sender, receiver] = down[0] === true ? rows : [...rows].reverse();
    const carries = recent.every(
      ({ txBps, rxBps }) =>
        (txBps[sender ?? -1] ?? NaN) > MIN_UTILIZATION * capacityBps &&
        (rxBps[receiver ?? -1] ?? NaN) > MIN_UTILIZATION * capacityBps,
    );
    if (!carries) continue;
    const liar = down[0] === true ? a : b;
    const evidence = `${liar.device}:${liar.interface} is said to be down and carries traffic`;
    found.push({ devices: [liar.device], evidence });
  }
  return byDevice(found);
}

/** The first of each device says it all. */
function byDevice(found: readonly Contradiction[]): Contradiction[] {
  const seen = new Set<string>();
  return found.filter(({ devices }) => {
    const key = devices.join();
    return !seen.has(key) && seen.add(key).size > 0;
  });
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

const gigabits = (bps: number): string => `${(bps / 1e9).toFixed(2)} Gb/s`;

/** Counters that are wrong on the paths of an objective: what is decided about it rests on them. */
export function contradictionOn(pass: Pass, objectiveId: string | null): Contradiction | undefined {
  const { contradictions, objectives } = pass.observed;
  const state = objectiveId === null ? undefined : objectives.get(objectiveId);
  if (contradictions.length === 0 || state === undefined) return undefined;
  const devices = devicesOnPaths(pass, state.objective);
  const edges = edgesOf(pass, state.objective);
  return contradictions.find((item) =>
    item.devices.some((device) => devices.has(device) || edges.has(device)),
  );
}
