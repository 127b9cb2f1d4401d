import { globalFirstFit } from '@weir/algorithms';
import { assert, seededRandom } from '@weir/core/base';
import type { Network } from '../network/network';
import type { Routing } from '../network/routing';
import { maxMin } from '../sharing/max-min';
import { fatTree, hederaHost } from '../topology/fat-tree';
import { compare, type ModelCheck } from './check';
import { routingOf } from './routing-of';
import { randomBijection, stridePattern, type PatternFlow } from './traffic-pattern';

/** Bisection bandwidth that a pattern gets, as a part of all host links. */
export interface HederaFigures {
  readonly ecmp: number;
  readonly globalFirstFit: number;
  readonly nonBlocking: number;
}

/** Patterns of the k = 4 test bed by the name of their file, with what they are known to get. */
export const HEDERA_PATTERNS: Readonly<Record<string, HederaFigures>> = {
  stride4_data: { ecmp: 0.615, globalFirstFit: 1, nonBlocking: 1 },
  random0_bij_data: { ecmp: 0.601, globalFirstFit: 0.919, nonBlocking: 1 },
  random1_bij_data: { ecmp: 0.565, globalFirstFit: 0.85, nonBlocking: 1 },
  random2_bij_data: { ecmp: 0.617, globalFirstFit: 0.922, nonBlocking: 1 },
  stag_prob_0_2_3_data: { ecmp: 0.747, globalFirstFit: 0.938, nonBlocking: 1 },
  hotspot_one_to_one_data: { ecmp: 0.509, globalFirstFit: 0.75, nonBlocking: 0.75 },
};

const SOURCE =
  'Al-Fares et al., Hedera, NSDI 2010; patterns of its test bed, flow-level figures for them';
/** Hashings that a figure is the mean of; fewer where one costs more and the means are closer. */
const HASHINGS: Readonly<Record<number, number>> = { 4: 300, 8: 300, 16: 100 };
/** Of the few flows that Global First Fit leaves to their hash. */
const LEFTOVER_HASHINGS = 30;
const LINK_BPS = 1e9;
const ECMP_TOLERANCE = 0.02;
const FIRST_FIT_TOLERANCE = 0.03;

/** One published pattern on the fat tree of 16 hosts. */
export function hederaPatternChecks(name: string, flows: readonly PatternFlow[]): ModelCheck[] {
  const expected = HEDERA_PATTERNS[name];
  assert(expected !== undefined, `the figures of ${name} are known`);
  const tree = new FatTree(4);
  return [
    ...figureChecks(`Hedera k=4 ${name}`, [flows], tree, expected),
    compare({
      name: `Hedera k=4 ${name}: non-blocking`,
      source: SOURCE,
      setup: 'max-min on the links of the hosts alone',
      expected: expected.nonBlocking,
      got: tree.shareOf(flows, tree.natural(flows)),
      tolerance: 1e-9,
    }),
  ];
}

/** Larger trees, with patterns of the kinds of the paper: k = 8 and 16. */
export function hederaScaleChecks(): ModelCheck[] {
  const known: [number, string, number, number][] = [
    [8, 'random bijection', 0.474, 0.813],
    [8, 'stride(N/2)', 0.542, 1],
    [16, 'random bijection', 0.427, 0.824],
    [16, 'stride(N/2)', 0.513, 1],
  ];
  const trees = new Map<number, FatTree>();
  return known.flatMap(([k, pattern, ecmp, firstFit]) => {
    const tree = trees.get(k) ?? new FatTree(k);
    trees.set(k, tree);
    const hosts = k ** 3 / 4;
    const random = seededRandom(k);
    const drawn = Array.from({ length: k === 8 ? 10 : 3 }, () => randomBijection(hosts, random));
    const flows = pattern === 'random bijection' ? drawn : [stridePattern(hosts, hosts / 2)];
    return figureChecks(`Hedera k=${k} ${pattern}`, flows, tree, {
      ecmp,
      globalFirstFit: firstFit,
    });
  });
}

function figureChecks(
  name: string,
  patterns: readonly (readonly PatternFlow[])[],
  tree: FatTree,
  expected: Pick<HederaFigures, 'ecmp' | 'globalFirstFit'>,
): ModelCheck[] {
  const mean = (of: (flows: readonly PatternFlow[]) => number): number =>
    patterns.reduce((sum, flows) => sum + of(flows), 0) / patterns.length;
  const hashings = Math.ceil((HASHINGS[tree.k] ?? 100) / patterns.length);
  const draws = patterns.length === 1 ? '' : `, ${patterns.length} draws of the pattern`;
  const common = { source: SOURCE, tolerance: ECMP_TOLERANCE };
  return [
    compare({
      ...common,
      name: `${name}: ECMP`,
      setup: `one flow a host, mean of ${hashings} hashings by the simulated switches${draws}`,
      expected: expected.ecmp,
      got: mean((flows) => tree.hashed(flows, hashings)),
    }),
    compare({
      ...common,
      name: `${name}: Global First Fit`,
      setup: `one flow a host, in order, paths in the order of their cores${draws}`,
      expected: expected.globalFirstFit,
      got: mean((flows) => tree.placed(flows)),
      tolerance: FIRST_FIT_TOLERANCE,
    }),
  ];
}

class FatTree {
  private readonly network: Network;
  private readonly routing: Routing;
  private readonly capacityBps: Float64Array<ArrayBuffer>;
  private readonly hosts: number;

  constructor(readonly k: number) {
    const spec = fatTree({ k, linkCapacityBps: LINK_BPS, hostCapacityBps: LINK_BPS });
    assert(spec.ok, 'an even k makes a fat tree');
    const { network, routing } = routingOf(spec.value, 1);
    this.network = network;
    this.routing = routing;
    this.capacityBps = new Float64Array(network.channels.length).fill(LINK_BPS);
    this.hosts = k ** 3 / 4;
  }

  /** Mean share of many hashings. */
  hashed(flows: readonly PatternFlow[], hashings: number): number {
    let sum = 0;
    for (let draw = 0; draw < hashings; draw++)
      sum += this.shareOf(
        flows,
        flows.map((flow, i) => this.hash(flow, `${draw}/${i}`)),
      );
    return sum / hashings;
  }

  /** Elephants on the paths that Global First Fit finds, the others on those of their hash. */
  placed(flows: readonly PatternFlow[]): number {
    const demands = this.rates(this.natural(flows));
    const all = flows.map((flow) => this.all(flow));
    const chosen = globalFirstFit(
      all.map((paths, i) => ({ demandBps: demands[i] ?? 0, paths })),
      this.capacityBps,
    );
    const left = chosen.some((at) => at < 0);
    let sum = 0;
    const draws = left ? LEFTOVER_HASHINGS : 1;
    for (let draw = 0; draw < draws; draw++) {
      const path = (flow: PatternFlow, i: number): readonly number[] =>
        all[i]?.[chosen[i] ?? -1] ?? this.hash(flow, `${draw}/${i}`);
      sum += this.shareOf(flows, flows.map(path));
    }
    return sum / draws;
  }

  /** Only the hosts' own links. */
  natural(flows: readonly PatternFlow[]): number[][] {
    return flows.map(({ source, destination }) => [
      this.endpoint(source).nic,
      this.endpoint(destination).port,
    ]);
  }

  shareOf(flows: readonly PatternFlow[], paths: readonly (readonly number[])[]): number {
    assert(flows.length === paths.length, 'a path for each flow');
    return this.rates(paths).reduce((sum, rate) => sum + rate, 0) / (this.hosts * LINK_BPS);
  }

  private rates(paths: readonly (readonly number[])[]): Float64Array {
    const streams = paths.map((path) => ({
      queue: 0,
      channels: Int32Array.from(path),
      connections: new Float64Array(path.length).fill(1),
      demandBps: Infinity,
    }));
    return maxMin(this.capacityBps, streams).rateBps;
  }

  private hash({ source, destination }: PatternFlow, key: string): readonly number[] {
    const path = this.routing.single(this.host(source), this.host(destination), key);
    assert(path !== null, 'every host reaches every other');
    return path.channels;
  }

  private all({ source, destination }: PatternFlow): (readonly number[])[] {
    const paths = this.routing.spread(this.host(source), this.host(destination));
    return paths.map(({ channels }) => channels);
  }

  private host(index: number): string {
    return hederaHost(this.k, index);
  }

  private endpoint(index: number) {
    const endpoint = this.network.endpoints.get(this.host(index));
    assert(endpoint !== undefined, `host ${index} exists`);
    return endpoint;
  }
}
