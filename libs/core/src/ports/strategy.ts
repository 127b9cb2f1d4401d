import type { DeviceId, Port, RouteWeights, Topology } from '../model';
import type { StaticRoute } from './profile';

/** Where the traffic of one device towards one prefix goes, as expected from the weights. */
export interface Spread {
  /** Share 0..1 of the traffic on each egress channel (`device:interface`). */
  readonly shares: ReadonlyMap<string, number>;
  readonly problem: { readonly kind: 'loop' | 'black-hole'; readonly at: DeviceId } | null;
}

export interface RoutingModel {
  spread(from: DeviceId, prefix: string): Spread;
  /** Device to which the prefix is attached. */
  owner(prefix: string): DeviceId | null;
  /** Next hops of a prefix on a device with the weights in force; empty when there is no route. */
  nextHops(
    device: DeviceId,
    prefix: string,
  ): readonly { readonly interface: string; readonly weight: number }[];
  /** Port at the other end of a channel; null for a host port. */
  peer(device: DeviceId, iface: string): Port | null;
  /** The same network with some routes replaced; shares everything else with this model. */
  withRoutes(changes: readonly RouteWeights[]): RoutingModel;
}

export interface FillProblem {
  /** Capacity left on the best path through each next hop, without this traffic, bits per second. */
  readonly residualBps: readonly number[];
  readonly demandBps: number;
  readonly gridEntries: number;
  /** Next hops that must keep at least one entry. */
  readonly keepAtLeast: number;
}

/** Traffic that moves as a whole, e.g. what one leaf sends to one prefix. */
export interface PlacementItem {
  /** Device that decides about it; the number of devices of which items move is limited. */
  readonly group: number;
  readonly bps: number;
  /** Ways that it can take: channels, and the share of the item on each (1 where left out). */
  readonly choices: readonly {
    readonly channels: readonly number[];
    readonly shares: readonly number[];
  }[];
  /** Share of it on each choice now. */
  readonly present: readonly number[];
}

export interface PlacementProblem {
  /** By channel; 0 is a channel that must not be used. */
  readonly capacityBps: ArrayLike<number>;
  /** By channel, all traffic as it is now, the items included. */
  readonly loadBps: ArrayLike<number>;
  readonly items: readonly PlacementItem[];
  /** Channels whose load matters; none of the others gets hotter than the hottest of these. */
  readonly relevant: readonly number[];
  readonly maxGroups: number;
  /** Utilisation below which nothing has to move. */
  readonly targetRatio: number;
}

export interface PlacementResult {
  /** Choice of each item; -1 leaves it as it is. */
  readonly choices: Int32Array;
  /** Utilisation of the hottest relevant channel; Infinity while one out of use has traffic. */
  readonly before: number;
  readonly after: number;
}

export interface SequentialTestResult {
  /** Always-valid p-value: may be looked at after every sample. */
  readonly pValue: number;
  readonly mean: number;
}

/** What was sent over some paths, and how much of it was lost; packets, not necessarily whole ones. */
export interface PathObservation {
  /** Ways that it took, as numbers of links, and the share of it on each; they add up to 1. */
  readonly paths: readonly { readonly links: readonly number[]; readonly share: number }[];
  readonly sent: number;
  readonly lost: number;
}

/** A link that loses. */
export interface GrayLink {
  readonly link: number;
  readonly lossRatio: number;
  /** How much it adds to the log-likelihood of what was observed, nats. */
  readonly gain: number;
}

/**
 * The methods that the loop uses without knowing how they work: pure functions, implemented in
 * libs/algorithms, replaceable one by one.
 */
export interface Strategies {
  routing(topology: Topology, routes: ReadonlyMap<DeviceId, readonly StaticRoute[]>): RoutingModel;
  /** Quantile of a histogram with explicit bounds, interpolated; NaN when it is empty. */
  quantile(boundsMs: readonly number[], counts: readonly number[], q: number): number;
  /** Weights in grid entries that level the utilisation of the next hops. */
  fillWeights(problem: FillProblem): readonly number[];
  /** Levels the load by moving items, as few as possible. */
  place(problem: PlacementProblem): PlacementResult;
  /**
   * Probability that equal flows, hashed evenly over equal links, put at least `most` of them on
   * one link.
   */
  hashTail(flows: number, links: number, most: number): number;
  /** Links that explain the losses of whole paths, those that explain most first. */
  grayLinks(observations: readonly PathObservation[]): readonly GrayLink[];
  /** Sequential test of "the mean is zero"; the scale is in standard deviations of a sample. */
  sequentialTest(samples: readonly number[], priorScale: number): SequentialTestResult;
}
