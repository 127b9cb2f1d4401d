import type { ActionSpec, RouteWeights, TelemetryFrame } from '../../model';
import type { RoutingModel } from '../../ports';
import { largest, type Evidence } from '../evidence';
import type { Pass } from '../pass';
import { exposureGain } from './exposure';
import { demandOf, legsOf, loadsOf, routingOf, whatIf, type Leg, type Loads } from '../network';
import type { Candidate } from './draft';

type RerouteSpec = Extract<ActionSpec, { type: 'reroute' }>;

/** Next hops that a prefix keeps, whatever their load: one more failure must leave a path. */
const KEEP_NEXT_HOPS = 2;

/** More legs than these are not levelled one by one: they would all go to the same free links. */
const MAX_LEGS = 64;

/**
 * New weights for the workload's own prefixes at the first device that has a choice: each next hop
 * gets traffic in proportion to what the worst channel behind it has left (water-filling on the
 * device's weight grid). Only legs that cross a hot channel are touched.
 */
export function rerouteCandidate(
  pass: Pass,
  spec: RerouteSpec,
  evidence: Evidence,
): Candidate | null {
  const frame = pass.observed.frame as TelemetryFrame;
  const model = routingOf(pass);
  const hot = new Set(
    evidence.channels
      .filter(
        (item) => !item.toHost && (item.utilizationRatio > spec.targetUtilizationRatio || !item.up),
      )
      .map((item) => item.key),
  );
  if (hot.size === 0) return null;
  const legs = legsOf(pass, evidence.state.objective);
  if (legs.length > MAX_LEGS) return null;
  const routes: RouteWeights[] = [];
  for (const leg of legs) {
    const crosses = [...model.spread(leg.from, leg.prefix).shares.keys()].some((key) =>
      hot.has(key),
    );
    const route = crosses ? levelled(pass, frame, model, leg, spec.targetUtilizationRatio) : null;
    if (route !== null) routes.push(route);
  }
  if (routes.length === 0) return null;

  const present = loadsOf(frame);
  const after = whatIf(pass, routes);
  return {
    action: { type: 'reroute', routes },
    predicted: {
      gainRatio: exposureGain(pass, evidence, routes),
      uncertaintyRatio: 0.25,
      maxUtilizationBefore: worst(pass, evidence, model, present),
      maxUtilizationAfter: worst(pass, evidence, after.model, after.loads),
      explanation:
        `moves ${routes.map((route) => `${route.prefix} at ${route.device}`).join(', ')} ` +
        `away from ${[...hot].join(', ')}`,
    },
    method: 'water-filling',
    notes: ['only the own prefixes move, at the first device that has a choice'],
  };
}

/** Utilisation of the most loaded channel that the workload's traffic takes; 0 when unknown. */
function worst(pass: Pass, evidence: Evidence, model: RoutingModel, loads: Loads): number {
  const ratios = legsOf(pass, evidence.state.objective).flatMap((leg) =>
    [...model.spread(leg.from, leg.prefix).shares.keys()].map((key) => loads.get(key) ?? NaN),
  );
  return largest(ratios) || 0;
}

function levelled(
  pass: Pass,
  frame: TelemetryFrame,
  model: RoutingModel,
  leg: Leg,
  target: number,
): RouteWeights | null {
  const device = pass.env.topology.devices.get(leg.from);
  const hops = model.nextHops(leg.from, leg.prefix);
  if (device === undefined || hops.length < 2) return null;
  // A dead link is no way and no spare; it keeps an entry where that is next to nothing, to be used
  // again when it comes back.
  const live = hops.filter((hop) => !isDown(frame, `${leg.from}:${hop.interface}`));
  if (live.length < 2) return null;
  const dead = hops.length - live.length;
  const reserved = dead <= MAX_RESERVED * device.weightGridEntries ? 1 : 0;
  const demandBps = demandOf(pass, frame, leg);
  const total = hops.reduce((sum, hop) => sum + hop.weight, 0);
  const left = (upTo: number): number[] =>
    live.map((hop) => {
      const own = (demandBps * hop.weight) / total;
      return residualThrough(frame, model, leg, hop.interface, own, upTo);
    });
  // Where no way is below the target, one may still be full and the next one not: what the limit of
  // the policy leaves tells them apart.
  const belowTarget = left(target);
  const residualBps = belowTarget.some((bps) => bps > 0)
    ? belowTarget
    : left(Math.max(target, pass.env.policy.limits.maxPredictedUtilizationRatio));
  const weights = pass.env.strategies.fillWeights({
    residualBps,
    demandBps,
    gridEntries: device.weightGridEntries - reserved * dead,
    keepAtLeast: KEEP_NEXT_HOPS,
  });
  const next = Object.fromEntries(hops.map((hop) => [hop.interface, reserved]));
  live.forEach((hop, i) => (next[hop.interface] = weights[i] ?? 0));
  const liveTotal = sumOf(live.map((hop) => hop.weight));
  const moved = live.some(
    (hop, i) => !sameShare(hop.weight / liveTotal, (weights[i] ?? 0) / sumOf(weights)),
  );
  return moved ? { device: leg.from, prefix: leg.prefix, weights: next } : null;
}

/** Share of the grid that dead links may keep. */
const MAX_RESERVED = 0.05;

const isDown = (frame: TelemetryFrame, channel: string): boolean =>
  frame.channels.operStatus[frame.layout.channelIndex.get(channel) ?? -1] === 0;

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const sameShare = (a: number, b: number): boolean => Math.abs(a - b) < 0.01;

/** Capacity left behind a next hop for this traffic, below the target utilisation; 0 when down. */
function residualThrough(
  frame: TelemetryFrame,
  model: RoutingModel,
  leg: Leg,
  iface: string,
  ownBps: number,
  target: number,
): number {
  let residual = Infinity;
  for (const key of channelsThrough(model, leg, iface)) {
    const index = frame.layout.channelIndex.get(key);
    if (index === undefined) continue;
    if (frame.channels.operStatus[index] === 0) return 0;
    const capacity = frame.layout.channels[index]?.capacityBps ?? 0;
    const load = frame.channels.txBps[index] as number;
    // An unknown load is no reason to send more there.
    const free = Number.isNaN(load) ? 0 : capacity * target - Math.max(0, load - ownBps);
    residual = Math.min(residual, free);
  }
  return Number.isFinite(residual) ? Math.max(0, residual) : 0;
}

/** First hop and everything behind it, up to the prefix. */
function channelsThrough(model: RoutingModel, leg: Leg, iface: string): readonly string[] {
  const first = `${leg.from}:${iface}`;
  const peer = model.peer(leg.from, iface);
  if (peer === null) return [first];
  return [first, ...model.spread(peer.device, leg.prefix).shares.keys()];
}
