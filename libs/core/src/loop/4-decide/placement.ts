import type { DeviceId, RouteWeights, TelemetryFrame } from '../../model';
import type { ReliefResult } from '../../ports';
import { fabricOf, isImpaired, type Evidence, type FabricView } from '../evidence';
import { routingOf, topologyIndex } from '../network';
import type { Trend } from '../observed';
import type { Pass } from '../pass';
import { Allowance } from './allowance';
import type { Candidate } from './draft';
import { askExact, proposedFor } from './exact';
import { exposureGain } from './exposure';
import { largestFirst, movablesAt, routeOf, type Movable } from './placement-items';

/** Fewer frames than these since the last change of routes do not show who sends how much where. */
const MIN_FRAMES = 8;
/** With less of the gain than this it is better to wait for the devices that others hold. */
const WORTH_NOW = 0.6;
/** Senders to one port that make an incast. */
const MANY_SENDERS = 4;
/** Levelling ends this close to what an even spread over the parallel links would give. */
const NEAR_EVEN = 1.05;
/** What a link that drains too slowly is taken to be able to carry, as a share of its rate. */
const SLOW_SHARE = 0.5;

/**
 * One change over many devices and prefixes that levels the links of the objective's paths: tier
 * by tier, each prefix that a device counts moves as a whole to one next hop, with both directions
 * in view (the choice of the spine decides the downlink). Links that are down, gray or slow are
 * left and not used; as few prefixes move as possible, within the policy's limits on devices.
 */
export function placementCandidate(
  pass: Pass,
  targetRatio: number,
  evidence: Evidence,
): Candidate | null {
  const { trend } = pass.observed;
  const view = fabricOf(pass);
  if (trend === null || view === null || trend.frames < MIN_FRAMES) return null;
  const allowance = new Allowance(pass);
  const plan = new Plan(pass, trend, view, evidence, allowance);
  const before = plan.hottest();
  plan.level(targetRatio);
  const after = plan.hottest();
  if (allowance.isShared) {
    const later = new Plan(pass, trend, view, evidence, new Allowance(pass, true));
    later.level(targetRatio);
    if (before - after < WORTH_NOW * (before - later.hottest())) return null;
  }
  if (plan.routes.length === 0 || !(after < before)) {
    // The next search finds the answer, if there is one.
    awaiting(pass, evidence, plan, before, after);
    return refusalOf(plan, before);
  }
  return {
    action: { type: 'reroute', routes: plan.routes },
    predicted: {
      gainRatio: gainOf(pass, evidence, plan.routes, before, after),
      uncertaintyRatio: 0.25,
      maxUtilizationBefore: before,
      maxUtilizationAfter: after,
      explanation:
        `moves ${plan.routes.length} prefixes on ${plan.devices} devices; the hottest link on the ` +
        `paths goes from ${percent(before)} to ${percent(after)} of its rate on average`,
    },
    method: plan.method,
    notes: plan.notes(),
    ...awaiting(pass, evidence, plan, before, after),
  };
}

/** With so much of what can be gained at all there is nothing to wait for. */
const MOST_OF_IT = 0.8;

/**
 * Asks the exact solver for what the methods here left open. Where they found most of what there
 * can be, nobody waits for the answer, and only the gap is known by it.
 */
function awaiting(
  pass: Pass,
  evidence: Evidence,
  plan: Plan,
  before: number,
  after: number,
): Pick<Candidate, 'awaits'> {
  const { open } = plan;
  if (open === null || !askExact(pass, evidence.state.objective.id, open, open.movables)) return {};
  const found = (before - after) / (before - Math.min(before, open.lowerBound));
  if (found >= MOST_OF_IT) return {};
  const possible = percent(open.utilization / open.lowerBound - 1);
  return { awaits: `the exact solver is asked, since up to ${possible} may be left to gain` };
}

/** A proof that no weights help is worth telling; that nothing was found is not. */
function refusalOf(plan: Plan, before: number): Candidate | null {
  const proof = plan.results.find(({ method }) => method === 'certificate');
  if (proof === undefined || plan.results.some(({ method }) => method === 'none')) return null;
  return {
    action: { type: 'reroute', routes: [] },
    predicted: {
      gainRatio: 0,
      uncertaintyRatio: 0,
      maxUtilizationBefore: before,
      maxUtilizationAfter: before,
      explanation:
        `no weights help: the links that this traffic has to take carry ` +
        `${percent(proof.lowerBound)} of their rate on average whatever is moved, and the hottest ` +
        `has ${percent(before)}`,
    },
    method: 'certificate',
    notes: plan.notes(),
  };
}

const percent = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`;

/**
 * A collective ends when its slowest link does, so it gets faster as the hottest link gets cooler;
 * an iteration saves the time that the link was busy for it. Latency follows the queues.
 */
function gainOf(
  pass: Pass,
  evidence: Evidence,
  routes: readonly RouteWeights[],
  before: number,
  after: number,
): number {
  const { metric } = evidence.state.objective;
  if (metric === 'request-latency') return exposureGain(pass, evidence, routes);
  // What the ports of the hosts are busy with no route can change.
  const ports = evidence.channels
    .filter((channel) => channel.toHost)
    .reduce((top, channel) => Math.max(top, channel.meanUtilizationRatio || 0), 0);
  // Where many senders overflow a port, the job waits for time-outs and not for the links.
  const waits = evidence.channels.some(
    (channel) => channel.toHost && channel.fanIn >= MANY_SENDERS && channel.pressure > 0.8,
  );
  if (waits) return 0;
  const busy = Math.max(before, ports);
  const cooler = Math.max(after, ports) / busy - 1;
  return metric === 'collective-time' ? cooler : cooler * Math.min(1, busy);
}

class Plan {
  readonly routes: RouteWeights[] = [];
  /** What came of each tier, the lowest first. */
  readonly results: ReliefResult[] = [];
  /** What the lowest tier with a gap left open. */
  open: (NonNullable<ReliefResult['open']> & { readonly movables: readonly Movable[] }) | null =
    null;
  private readonly objectiveId: string;
  private readonly capacityBps: Float64Array;
  private readonly loadBps: Float64Array;
  private readonly relevant: readonly number[];
  /** Traffic that moves of earlier tiers took from a device or brought to it. */
  private readonly moved = new Map<string, number>();

  constructor(
    private readonly pass: Pass,
    private readonly trend: Trend,
    private readonly view: FabricView,
    evidence: Evidence,
    private readonly allowance: Allowance,
    private readonly step = 1,
  ) {
    const frame = pass.observed.frame as TelemetryFrame;
    this.objectiveId = evidence.state.objective.id;
    this.capacityBps = Float64Array.from(trend.layout.channels, ({ capacityBps }, row) => {
      if (frame.channels.operStatus[row] === 0) return 0;
      if (!isImpaired(view, row)) return capacityBps;
      return view.slow[row] === 1 ? capacityBps * SLOW_SHARE : 0;
    });
    this.loadBps = trend.txBps.map((bps) => (bps > 0 ? bps : 0));
    this.relevant = evidence.channels
      .filter((channel) => !channel.toHost)
      .flatMap((channel) => trend.layout.channelIndex.get(channel.key) ?? []);
  }

  get devices(): number {
    return new Set(this.routes.map((route) => route.device)).size;
  }

  /** Utilisation of the hottest channel of the objective; of a dead one by its nominal rate. */
  hottest(): number {
    let top = 0;
    for (const row of this.relevant) {
      const nominal = this.trend.layout.channels[row]?.capacityBps ?? NaN;
      const capacity = this.capacityBps[row] as number;
      const ratio = (this.loadBps[row] as number) / (capacity > 0 ? capacity : nominal);
      // Traffic on a link that loses it is worse than any queue.
      const weighed = capacity > 0 || ratio < 0.001 ? ratio : 1 + ratio;
      if (weighed > top) top = weighed;
    }
    return top;
  }

  /** The method behind what is moved: that of the lowest tier that moves anything. */
  get method(): string {
    const moving = this.results.find(({ weights }) => weights.some((own) => own !== null));
    return moving?.method ?? 'none';
  }

  /** What each tier came to, one sentence each. */
  notes(): readonly string[] {
    return this.results
      .filter(({ before }) => Number.isFinite(before))
      .map(
        ({ method, before, after, lowerBound, churn }) =>
          `${method}: ${percent(before)} to ${percent(after)} on the device's weights, moving ` +
          `${percent(churn)} of the traffic; proved not to go below ${percent(lowerBound)}`,
      );
  }

  level(targetRatio: number): void {
    const { tier } = topologyIndex(this.pass.env.topology);
    const tiers = [...new Set(tier.values())].sort((a, b) => a - b);
    for (const level of tiers) this.levelTier(level, targetRatio);
  }

  private levelTier(level: number, targetRatio: number): void {
    const { tier } = topologyIndex(this.pass.env.topology);
    const devices = [...tier].filter(([id, own]) => own === level && this.allowance.isFree(id));
    const roles = new Set(
      devices.map(([id]) => this.pass.env.topology.devices.get(id)?.role ?? ''),
    );
    const maxGroups = Math.min(...[...roles].map((role) => this.allowance.leftOf(role)));
    if (devices.length === 0 || maxGroups <= 0) return;
    const model = routingOf(this.pass);
    const movables = largestFirst(
      devices.flatMap(([id], group) =>
        movablesAt(this.pass, this.trend, model, id, group, this.moved),
      ),
    );
    const proposed = proposedFor(this.pass, this.objectiveId, movables);
    const result = this.pass.env.strategies.relieve({
      capacityBps: this.capacityBps,
      loadBps: this.loadBps,
      items: movables.map((movable) => movable.item),
      relevant: this.relevant,
      maxGroups,
      targetRatio: Math.min(targetRatio, this.evenRatio() * NEAR_EVEN),
      cuts: this.view.groups.map(({ channels }) => channels),
      step: this.step,
      ...(proposed === null ? {} : { proposed }),
    });
    this.results.push(result);
    if (result.open !== null) this.open ??= { ...result.open, movables };
    movables.forEach((movable, i) => {
      const entries = result.weights[i] ?? null;
      if (entries !== null) this.adopt(movable, entries);
    });
  }

  /** Hottest of the groups of parallel links if each were spread evenly over what is usable. */
  private evenRatio(): number {
    const wanted = new Set(this.relevant);
    let top = 0;
    for (const { channels } of this.view.groups) {
      if (!channels.some((row) => wanted.has(row))) continue;
      let load = 0;
      let capacity = 0;
      for (const row of channels) {
        load += this.loadBps[row] as number;
        capacity += this.capacityBps[row] as number;
      }
      if (capacity > 0) top = Math.max(top, load / capacity);
    }
    return top;
  }

  private adopt(movable: Movable, entries: readonly number[]): void {
    if (!this.allowance.take(movable.device)) return;
    this.routes.push(routeOf(movable, entries));
    const { item, device, prefix, hops } = movable;
    const total = entries.reduce((sum, entry) => sum + entry, 0);
    item.choices.forEach(({ channels, shares }, at) => {
      const part = (entries[at] ?? 0) / total - (item.present[at] ?? 0);
      if (part === 0) return;
      channels.forEach((row, k) => {
        const bps = part * item.bps * (shares[k] ?? 1);
        this.loadBps[row] = Math.max(0, (this.loadBps[row] as number) + bps);
      });
      const peer = routingOf(this.pass).peer(device, hops[at]?.interface ?? '');
      if (peer !== null) this.bring(peer.device, prefix, part * item.bps);
    });
  }

  private bring(device: DeviceId, prefix: string, bps: number): void {
    const key = `${device}|${prefix}`;
    this.moved.set(key, (this.moved.get(key) ?? 0) + bps);
  }
}
