import { channelKey, type DeviceId } from '../../model';
import type { PathObservation } from '../../ports';
import { legsOf, routingOf, topologyIndex } from '../network';
import { thresholdOf, type ObjectiveState } from '../observed';
import type { Pass } from '../pass';
import { fabricOf, isImpaired } from './fabric';
import { MIN_PRESSURE } from './hot-spots';

/** What the requests of all objectives together say of a link. */
export interface LateLink {
  /** Share of the requests that are late because they take it. */
  readonly lateRatio: number;
  /** How much it adds to the log-likelihood of what was observed, nats. */
  readonly gain: number;
  /** Links that the same requests take in the same shares: what is said is said of one of them. */
  readonly alike: number;
}

/** Objectives with more ways than this say little of any of them. */
const MAX_WAYS = 256;
/** Longer ways are loops. */
const MAX_HOPS = 8;

const known = new WeakMap<Pass, ReadonlyMap<string, LateLink>>();

/**
 * Links that make requests late, by channel, among those whose two ends are not both counted. A
 * request that is later than its objective allows counts as lost on one of its ways. Counters that
 * show nothing clear a link; one that is full or loses stays, so that what it does is laid at its own
 * door. A service that is slow by itself is late on all its ways alike, for which each objective has
 * a link of its own that all its requests take.
 */
export function lateLinksOf(pass: Pass): ReadonlyMap<string, LateLink> {
  let found = known.get(pass);
  if (found === undefined) known.set(pass, (found = findLateLinks(pass)));
  return found;
}

/** Whether one of the two ends of a link between switches tells nothing of late. */
export function isUncounted(pass: Pass, channel: string): boolean {
  const { frame } = pass.observed;
  const other = topologyIndex(pass.env.topology).opposite.get(channel);
  if (frame === null || other === undefined) return false;
  const { channels, layout } = frame;
  const { staleMs } = pass.env.policy.freshness;
  const isTold = (key: string, rates: Float64Array): boolean => {
    const row = layout.channelIndex.get(key) ?? -1;
    return (channels.ageMs[row] ?? Infinity) <= staleMs && !Number.isNaN(rates[row] ?? NaN);
  };
  return !isTold(channel, channels.txBps) || !isTold(other, channels.rxBps);
}

/** Whether requests may be late because of a channel, as far as is known. */
function isSuspect(pass: Pass, channel: string): boolean {
  const view = fabricOf(pass);
  const row = pass.observed.frame?.layout.channelIndex.get(channel) ?? -1;
  if (isUncounted(pass, channel)) return true;
  return view !== null && ((view.pressure[row] ?? 0) >= MIN_PRESSURE || isImpaired(view, row));
}

function findLateLinks(pass: Pass): ReadonlyMap<string, LateLink> {
  const numbers = new Map<string, number>();
  const numberOf = (name: string): number => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  };
  const observations: PathObservation[] = [];
  for (const [id, state] of pass.observed.objectives) {
    const { sent, lost } = requestsOf(pass, state);
    if (sent === 0) continue;
    const ways = waysOf(pass, state);
    if (ways === null) continue;
    // First, so that among links that explain as much it is the service that is blamed.
    const own = numberOf(`service ${id}`);
    const paths = ways.map(({ channels, share }) => ({
      links: [own, ...channels.filter((channel) => isSuspect(pass, channel)).map(numberOf)],
      share,
    }));
    observations.push({ paths, sent, lost });
  }
  const names = [...numbers.keys()];
  const marks = marksOf(observations);
  const all = [...marks.values()];
  const links = pass.env.strategies.grayLinks(observations);
  return new Map(
    links.map(({ link, lossRatio, gain }) => {
      const alike = all.filter((mark) => mark === marks.get(link)).length;
      return [names[link] ?? '', { lateRatio: lossRatio, gain, alike }];
    }),
  );
}

/** Which observations take each link, and how much of each: all that tells links apart. */
function marksOf(observations: readonly PathObservation[]): ReadonlyMap<number, string> {
  const marks = new Map<number, string>();
  for (const [i, { paths }] of observations.entries()) {
    const shares = new Map<number, number>();
    for (const { links, share } of paths)
      for (const link of links) shares.set(link, (shares.get(link) ?? 0) + share);
    for (const [link, share] of shares)
      marks.set(link, `${marks.get(link) ?? ''}${i}:${share.toFixed(6)} `);
  }
  return marks;
}

/** Requests of the window, and those that were certainly later than the objective allows. */
function requestsOf(pass: Pass, state: ObjectiveState): { sent: number; lost: number } {
  let sent = 0;
  let lost = 0;
  if (state.objective.metric !== 'request-latency') return { sent, lost };
  const thresholdMs = thresholdOf(state, pass.env.policy.detect);
  for (const { counts } of state.window)
    counts.forEach((count, i) => {
      sent += count;
      if ((state.boundsMs[i - 1] ?? 0) >= thresholdMs) lost += count;
    });
  return { sent, lost };
}

interface Way {
  readonly channels: readonly string[];
  readonly share: number;
}

interface OpenWay extends Way {
  readonly at: DeviceId;
}

/** Ways of all legs of an objective, which send alike; null where they are too many, or not known. */
function waysOf(pass: Pass, { objective }: ObjectiveState): readonly Way[] | null {
  const legs = legsOf(pass, objective);
  const ports = hostPorts(pass);
  const ways: Way[] = [];
  for (const { from, prefix } of legs) {
    const port = ports.get(prefix) ?? [];
    const open: OpenWay[] = [{ at: from, channels: [], share: 1 / legs.length }];
    for (let way = open.pop(); way !== undefined; way = open.pop()) {
      const next = onwards(pass, way, prefix);
      if (next === null) return null;
      if (next.length === 0) ways.push({ ...way, channels: [...way.channels, ...port] });
      open.push(...next);
      if (ways.length + open.length > MAX_WAYS) return null;
    }
  }
  return ways.length === 0 ? null : ways;
}

/** Ports at which the hosts of each prefix are, by prefix: the last links of its ways. */
function hostPorts(pass: Pass): ReadonlyMap<string, readonly string[]> {
  const ports = new Map<string, readonly string[]>();
  for (const { prefix, attachedTo } of pass.env.topology.endpoints.values()) {
    const port = channelKey(attachedTo);
    const own = ports.get(prefix) ?? [];
    if (!own.includes(port)) ports.set(prefix, [...own, port]);
  }
  return ports;
}

/** The same way one hop further, over each next hop; empty where it has arrived, null in the dark. */
function onwards(pass: Pass, way: OpenWay, prefix: string): OpenWay[] | null {
  const model = routingOf(pass);
  if (model.owner(prefix) === way.at) return [];
  const { behind } = topologyIndex(pass.env.topology);
  const hops = model.nextHops(way.at, prefix).filter(({ weight }) => weight > 0);
  const total = hops.reduce((sum, { weight }) => sum + weight, 0);
  const further = hops.flatMap(({ interface: name, weight }) => {
    const channel = `${way.at}:${name}`;
    const at = behind.get(channel);
    if (at === undefined) return [];
    return { at, channels: [...way.channels, channel], share: (way.share * weight) / total };
  });
  const isKnown = further.length === hops.length && hops.length > 0;
  return isKnown && way.channels.length < MAX_HOPS ? further : null;
}
