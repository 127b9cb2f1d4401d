import type { DeviceId } from '../../model';
import type { PathObservation } from '../../ports';
import { legsOf, routingOf, topologyIndex } from '../network';
import { thresholdOf, type ObjectiveState } from '../observed';
import type { Pass } from '../pass';

/** What the requests of all objectives together say of a link. */
export interface LateLink {
  /** Share of the requests that are late because they take it. */
  readonly lateRatio: number;
  /** How much it adds to the log-likelihood of what was observed, nats. */
  readonly gain: number;
}

/** Objectives with more ways than this say little of any of them. */
const MAX_WAYS = 256;
/** Longer ways are loops. */
const MAX_HOPS = 8;

const known = new WeakMap<Pass, ReadonlyMap<string, LateLink>>();

/**
 * Links that make requests late, by channel, for where the two ends of a link cannot be compared: a
 * request that is later than its objective allows counts as lost on one of its ways. A service that
 * is slow by itself is late on all its ways alike, for which each objective has a link of its own
 * that all its requests take.
 */
export function lateLinksOf(pass: Pass): ReadonlyMap<string, LateLink> {
  let found = known.get(pass);
  if (found === undefined) known.set(pass, (found = findLateLinks(pass)));
  return found;
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
      links: [own, ...channels.map(numberOf)],
      share,
    }));
    observations.push({ paths, sent, lost });
  }
  const names = [...numbers.keys()];
  const links = pass.env.strategies.grayLinks(observations);
  return new Map(
    links.map(({ link, lossRatio, gain }) => [names[link] ?? '', { lateRatio: lossRatio, gain }]),
  );
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
  const ways: Way[] = [];
  for (const { from, prefix } of legs) {
    const open: OpenWay[] = [{ at: from, channels: [], share: 1 / legs.length }];
    for (let way = open.pop(); way !== undefined; way = open.pop()) {
      const next = onwards(pass, way, prefix);
      if (next === null) return null;
      if (next.length === 0) ways.push(way);
      open.push(...next);
      if (ways.length + open.length > MAX_WAYS) return null;
    }
  }
  return ways.length === 0 ? null : ways;
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
