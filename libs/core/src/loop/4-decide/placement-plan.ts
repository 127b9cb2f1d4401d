import type { DeviceId, RouteWeights, TelemetryFrame } from '../../model';
import type { ReliefResult } from '../../ports';
import { isImpaired, type Evidence, type FabricView } from '../evidence';
import { routingOf, topologyIndex } from '../network';
import type { Trend } from '../observed';
import type { Pass } from '../pass';
import type { Allowance } from './allowance';
import { proposedFor } from './exact';
import { largestFirst, movablesAt, routeOf, type Movable } from './placement-items';

/** Levelling ends this close to what an even spread over the parallel links would give. */
const NEAR_EVEN = 1.05;
/** What a link that drains too slowly is taken to be able to carry, as a share of its rate. */
const SLOW_SHARE = 0.5;

export const percent = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`;

/**
 * Weights for many devices at once, tier by tier from the leaves up. What leads behind a next hop is
 * taken as it is counted there, or by the weights in force; the tier above then decides on what the
 * tiers below will bring it. In a leaf-spine fabric the first tier decides the whole path.
 */
export class Plan {
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
    private readonly step: number,
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
      loadBps: hedgedLoads(this.loadBps, movables),
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
    const { item, bps: measuredBps, device, prefix, hops } = movable;
    const total = entries.reduce((sum, entry) => sum + entry, 0);
    item.choices.forEach(({ channels, shares }, at) => {
      const part = (entries[at] ?? 0) / total - (item.present[at] ?? 0);
      if (part === 0) return;
      channels.forEach((row, k) => {
        const bps = part * measuredBps * (shares[k] ?? 1);
        this.loadBps[row] = Math.max(0, (this.loadBps[row] as number) + bps);
      });
      const peer = routingOf(this.pass).peer(device, hops[at]?.interface ?? '');
      if (peer !== null) this.bring(peer.device, prefix, part * measuredBps);
    });
  }

  private bring(device: DeviceId, prefix: string, bps: number): void {
    const key = `${device}|${prefix}`;
    this.moved.set(key, (this.moved.get(key) ?? 0) + bps);
  }
}

/** What the channels would carry if each item sent what it is expected to in the next minutes. */
function hedgedLoads(loadBps: Float64Array, movables: readonly Movable[]): Float64Array {
  const loads = Float64Array.from(loadBps);
  for (const { item, bps } of movables) {
    const more = item.bps - bps;
    if (more === 0) continue;
    item.choices.forEach(({ channels, shares }, at) =>
      channels.forEach((row, k) => {
        const part = more * (item.present[at] ?? 0) * (shares[k] ?? 1);
        loads[row] = Math.max(0, (loads[row] ?? 0) + part);
      }),
    );
  }
  return loads;
}
