import type {
  BufferInputs,
  BufferRule,
  BufferShare,
  BufferShareQuestion,
  DeviceId,
  Port,
  RouteWeights,
  Topology,
} from '../model';
import type { StaticRoute } from './profile';
import type { ReliefProblem, ReliefResult } from './relief';

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

/** Samples in the order in which they came, on a scale on which effects add (logarithms). */
export interface BeforeAfter {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export interface TestScales {
  /** Scale of the effects that the test is tuned to find, in standard deviations of a sample. */
  readonly priorScale: number;
  /** Standard deviation below which samples are not taken to be certain. */
  readonly leastDeviation: number;
}

export interface SequentialTestResult {
  /** Always-valid p-value: may be looked at after every sample. */
  readonly pValue: number;
  /** Mean after less mean before. */
  readonly mean: number;
}

/** A series at even steps, and how it is to be forecast. */
export interface ForecastProblem {
  /** Any unit, oldest first; NaN is a gap. Never changed in place. */
  readonly values: Float64Array;
  /** The array of one value less that was asked about before; spares learning it all again. */
  readonly before: Float64Array | null;
  /** Steps ahead, an integer of at least 1. */
  readonly horizonSteps: number;
  /** Share of what comes that the interval is to hold, in (0, 1). */
  readonly coverage: number;
  /** Iteration that is known from elsewhere, in steps, at least 2; null when none is. */
  readonly period: number | null;
  /** A number from 0 on that spreads the dear part of the work of many series over their steps. */
  readonly turn: number;
}

export interface SeriesForecast {
  /** `horizonSteps` after the last value, in the unit of the series; NaN before the first value. */
  readonly value: number;
  /** Ends of the interval; infinite while too little was seen. */
  readonly lower: number;
  readonly upper: number;
  /** Iteration that the series itself shows, in steps; null where it shows none. */
  readonly period: number | null;
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

/** How the links that flows take in one tier go with those that they took in the tier before. */
export interface HashDependence {
  /** Of a standard normal variable, if the two hash independently. */
  readonly deviations: number;
  /** 0..1, of what the links are uneven: what goes with the tier before, not common to all. */
  readonly explainedRatio: number;
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
  /** Cools the hottest channel by new weights, with as little movement as that takes. */
  relieve(problem: ReliefProblem): ReliefResult;
  /** Largest share of a computed imbalance to move, the effect coming so many intervals later. */
  stepSize(delayIntervals: number): number;
  /**
   * Probability that equal flows, hashed evenly over equal links, put at least `most` of them on
   * one link.
   */
  hashTail(flows: number, links: number, most: number): number;
  /**
   * Whether two tiers hash alike, by the numbers of flows: a row for each link of the first tier, in
   * it one for each link of the second.
   */
  hashDependence(flows: readonly (readonly number[])[]): HashDependence;
  /** Exponent of the dynamic threshold that gives congested queues their burst. */
  bufferShare(question: BufferShareQuestion): BufferShare;
  /** Size of a queue by a rule of the literature, bytes. */
  sizeBuffer(rule: Exclude<BufferRule, 'burst'>, inputs: BufferInputs): number;
  /** Links that explain the losses of whole paths, those that explain most first. */
  grayLinks(observations: readonly PathObservation[]): readonly GrayLink[];
  /** Sequential test of "the mean is after as it was before", of samples that may go together. */
  sequentialTest(samples: BeforeAfter, scales: TestScales): SequentialTestResult;
  /**
   * Weights, 0..1, of the few donors that go with `own`, all of one length; 0 for all the others,
   * and for all where none is alike.
   */
  syntheticControl(
    own: readonly number[],
    donors: readonly (readonly number[])[],
  ): readonly number[];
  /** What a series does next, by all of its values; equal problems have equal answers. */
  forecast(problem: ForecastProblem): SeriesForecast;
}
