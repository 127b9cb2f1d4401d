import type { DeviceId, RouteWeights, TelemetryFrame } from '../../model';
import type { RoutingModel, Spread } from '../../ports';
import { fabricOf, isImpaired, MIN_DAMAGED, type Evidence } from '../evidence';
import {
  channelsOf,
  legsOf,
  loadsOf,
  measuredShares,
  weightedShares,
  routingOf,
  splitChannel,
  topologyIndex,
  whatIf,
} from '../network';
import type { Pass } from '../pass';
import { Allowance } from './allowance';
import type { Candidate } from './draft';
import { gridWeights } from './grid';

/**
 * Takes links that are down, gray or slow out of the way of the workload: each device that has a
 * choice sends no more over next hops that lead there. Devices with most of the traffic go first,
 * within the policy's limits; where only one other next hop is left, the bad one keeps one entry
 * of the grid, so that one more failure leaves a path.
 */
export function avoidCandidate(pass: Pass, evidence: Evidence): Candidate | null {
  const bad = badChannels(pass, evidence);
  if (bad.size === 0) return null;
  const model = routingOf(pass);
  const routes = routesAround(pass, model, bad);
  if (routes.length === 0) return null;
  const before = shareOn(pass, model, evidence, bad);
  const after = shareOn(pass, model.withRoutes(routes), evidence, bad);
  if (!(before > 0) || !(after < before)) return null;
  const frame = pass.observed.frame as TelemetryFrame;
  const predicted = whatIf(pass, routes);
  const present = loadsOf(frame);
  const worst = (loads: typeof present): number =>
    predicted.touched.reduce(
      (top, key) => (bad.has(key) ? top : Math.max(top, loads.get(key) ?? 0)),
      0,
    );
  const devices = new Set(routes.map((route) => route.device)).size;
  return {
    action: { type: 'reroute', routes },
    predicted: {
      // Off the bad links the workload is back at its healthy figure, as far as it is off them.
      gainRatio: (1 - after / before) * backToHealthy(evidence),
      uncertaintyRatio: 0.5,
      maxUtilizationBefore: worst(present),
      maxUtilizationAfter: worst(predicted.loads),
      explanation:
        `${devices} devices no longer use ${[...bad].join(', ')} for ` +
        `${new Set(routes.map((route) => route.prefix)).size} prefixes`,
    },
  };
}

/** Channels of the paths that the diagnosis calls down, gray or slow. */
function badChannels(pass: Pass, evidence: Evidence): ReadonlySet<string> {
  const view = fabricOf(pass);
  const frame = pass.observed.frame as TelemetryFrame;
  const bad = new Set<string>(evidence.downChannels);
  const { opposite } = topologyIndex(pass.env.topology);
  for (const channel of evidence.channels) {
    const { key, slow, grayLossRatio, grayFloor, damagedRatio } = channel;
    const row = frame.layout.channelIndex.get(key) ?? -1;
    const gray = grayLossRatio > grayFloor * 1.5 || damagedRatio > MIN_DAMAGED * 2;
    if (slow || gray || makesLate(channel) || (view !== null && isImpaired(view, row)))
      bad.add(key);
  }
  for (const key of bad) if (!opposite.has(key)) bad.delete(key);
  return bad;
}

/** So many of the requests that take a link are late because of it, beyond what is chance. */
const LATE_RATIO = 0.01;

/**
 * Whether requests tell that it is this link: one that is known to be full has another trouble, and
 * of several that would explain the same any may be the good one.
 */
const makesLate = ({ late = null, pressure }: Evidence['channels'][number]): boolean =>
  late !== null && late.alike === 1 && late.lateRatio > LATE_RATIO && pressure < FULL_PRESSURE;
/** From here on marks, waits or loss say that a link is full. */
const FULL_PRESSURE = 0.5;

interface Detour {
  readonly device: DeviceId;
  readonly routes: RouteWeights[];
  /** Traffic that it sends towards the bad links, bps. */
  bps: number;
}

function routesAround(pass: Pass, model: RoutingModel, bad: ReadonlySet<string>): RouteWeights[] {
  const leadsThere = badSpreads(bad);
  const allowance = new Allowance(pass);
  // The switch at a link that is up but bad leaves it for all prefixes; a dead one leaves by itself.
  const { operStatus } = (pass.observed.frame as TelemetryFrame).channels;
  const { channelIndex } = (pass.observed.frame as TelemetryFrame).layout;
  const near = new Set(
    [...bad]
      .filter((key) => operStatus[channelIndex.get(key) ?? -1] !== 0)
      .map((key) => splitChannel(key).device),
  );
  const detours: Detour[] = [];
  for (const device of pass.env.topology.devices.values()) {
    if (!allowance.isFree(device.id)) continue;
    const detour: Detour = { device: device.id, routes: [], bps: 0 };
    for (const prefix of topologyIndex(pass.env.topology).prefixes) {
      const hops = model.nextHops(device.id, prefix);
      if (hops.length < 2) continue;
      const avoid = hops.map(({ interface: iface }) => {
        if (bad.has(`${device.id}:${iface}`)) return true;
        const peer = model.peer(device.id, iface);
        return peer !== null && leadsThere(model.spread(peer.device, prefix));
      });
      if (!avoid.includes(true) || !avoid.includes(false)) continue;
      const bps =
        trafficOf(pass, device.id, prefix) * shareOver(pass, model, device.id, prefix, avoid);
      // Around a dead link switches may have gone already; then there is nothing left to move.
      if (!(bps > trickleBps(pass, device.id, hops)) && !near.has(device.id)) continue;
      detour.bps += bps;
      detour.routes.push({
        device: device.id,
        prefix,
        weights: weightsWithout(hops, avoid, device.weightGridEntries),
      });
    }
    if (detour.routes.length > 0) detours.push(detour);
  }
  detours.sort((a, b) => b.bps - a.bps);
  return detours.filter(({ device }) => allowance.take(device)).flatMap(({ routes }) => routes);
}

/** Spreads are shared by all prefixes that are routed alike, so each is looked through once. */
function badSpreads(bad: ReadonlySet<string>): (spread: Spread) => boolean {
  const answers = new Map<Spread, boolean>();
  return (spread) => {
    let answer = answers.get(spread);
    if (answer === undefined) {
      answer = [...bad].some((key) => spread.shares.has(key));
      answers.set(spread, answer);
    }
    return answer;
  };
}

/** Measured, or by the weights: the share of a prefix's traffic that takes the next hops to leave. */
function shareOver(
  pass: Pass,
  model: RoutingModel,
  from: DeviceId,
  prefix: string,
  avoid: readonly boolean[],
): number {
  const { trend, frame } = pass.observed;
  const leg = { from, prefix };
  const measured =
    trend === null || frame === null ? null : measuredShares(frame, trend.prefixBps, model, leg);
  const shares = measured ?? weightedShares(model, leg);
  return shares.reduce((sum, { share }, i) => sum + (avoid[i] === true ? share : 0), 0);
}

/** Less than this share of a link on the way to a bad one is not worth a route. */
const TRICKLE_SHARE = 1e-5;

/** The slowest of the next hops counts; a link of unknown rate is taken for a slow one. */
function trickleBps(
  pass: Pass,
  device: DeviceId,
  hops: readonly { readonly interface: string }[],
): number {
  const { layout } = pass.observed.frame as TelemetryFrame;
  const rates = hops.map(({ interface: iface }) => {
    const row = layout.channelIndex.get(`${device}:${iface}`) ?? -1;
    return layout.channels[row]?.capacityBps ?? 0;
  });
  return TRICKLE_SHARE * Math.min(...rates);
}

/** Measured traffic; where nobody counts, every leaf is taken to send something to everybody. */
function trafficOf(pass: Pass, device: DeviceId, prefix: string): number {
  const { trend } = pass.observed;
  const row = trend?.layout.prefixIndex.get(`${device}|${prefix}`) ?? -1;
  const bps = trend?.prefixBps[row] ?? NaN;
  return Number.isNaN(bps) ? UNKNOWN_BPS : bps;
}

/** More than a trickle on every link. */
const UNKNOWN_BPS = 1e8;

/**
 * Weights by interface without the next hops to avoid. Those that only stood by, without a weight,
 * take over together where nothing else is left.
 */
export function weightsWithout(
  hops: readonly { readonly interface: string; readonly weight: number }[],
  avoid: readonly boolean[],
  gridEntries: number,
): Record<string, number> {
  const inUse = hops.map((hop, i) => (avoid[i] === true ? 0 : hop.weight));
  const kept = inUse.some((weight) => weight > 0) ? inUse : avoid.map((isBad) => (isBad ? 0 : 1));
  const enough = kept.filter((weight) => weight > 0).length >= 2;
  const weights = enough
    ? kept
    : gridWeights(
        kept,
        hops.map(() => true),
        gridEntries,
      );
  return Object.fromEntries(hops.map((hop, i) => [hop.interface, weights[i] ?? 0]));
}

/** Share of the objective's traffic on the bad channels, legs added up. */
function shareOn(
  pass: Pass,
  model: RoutingModel,
  evidence: Evidence,
  bad: ReadonlySet<string>,
): number {
  const { objective } = evidence.state;
  if (model === routingOf(pass)) {
    const channels = channelsOf(pass, objective);
    return [...bad].reduce((sum, key) => sum + (channels.get(key) ?? 0), 0);
  }
  const alike = new Map<Spread, number>();
  for (const leg of legsOf(pass, objective)) {
    const spread = model.spread(leg.from, leg.prefix);
    alike.set(spread, (alike.get(spread) ?? 0) + 1);
  }
  let sum = 0;
  for (const [spread, times] of alike)
    for (const key of bad) sum += times * (spread.shares.get(key) ?? 0);
  return sum;
}

/** Relative change of the objective if it were healthy again; negative. */
function backToHealthy({ state, thresholdMs }: Evidence): number {
  const healthyMs = Number.isNaN(state.healthyMs) ? thresholdMs : state.healthyMs;
  const ratio = healthyMs / state.quantileMs - 1;
  return Number.isFinite(ratio) ? Math.min(0, ratio) : 0;
}
