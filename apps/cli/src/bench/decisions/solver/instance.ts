import { pathProblem, type PathProblem } from '@weir/algorithms';
import type { Random } from '@weir/core/base';

export interface Fabric {
  readonly spines: number;
  readonly leaves: number;
  readonly commodities: number;
}

export interface Instance {
  readonly problem: PathProblem;
  /** By commodity, in the unit of the capacities. */
  readonly demand: Float64Array;
}

const CAPACITY = 400;
const [FAILED, DEGRADED] = [0.04, 0.12];

/**
 * A leaf-spine fabric of which some links are gone and some have lost a part of their members, and
 * commodities between random leaves whose sizes have a heavy tail: a few elephants, many mice.
 */
export function degradedFabric(random: Random, fabric: Fabric): Instance {
  const { spines, leaves, commodities } = fabric;
  const links = leaves * spines;
  // Link `leaf * spines + spine` goes up; the same plus `links` comes down.
  const capacity = new Float64Array(2 * links);
  const usable: boolean[] = [];
  for (let link = 0; link < links; link++) {
    const fate = random.next();
    usable.push(fate >= FAILED);
    const members = fate < FAILED + DEGRADED ? 1 + random.below(3) : 4;
    capacity[link] = (CAPACITY * members) / 4;
    capacity[link + links] = capacity[link]!;
  }
  const paths: number[][][] = [];
  const demand: number[] = [];
  while (paths.length < commodities) {
    const from = random.below(leaves);
    const to = random.below(leaves);
    const own = from === to ? [] : waysBetween(from, to, spines, links, usable);
    if (own.length === 0) continue;
    paths.push(own);
    demand.push(Math.min(CAPACITY, 10 / (1 - random.next()) ** 0.7));
  }
  return { problem: pathProblem(capacity, paths), demand: Float64Array.from(demand) };
}

function waysBetween(
  from: number,
  to: number,
  spines: number,
  links: number,
  usable: readonly boolean[],
): number[][] {
  const ways: number[][] = [];
  for (let spine = 0; spine < spines; spine++) {
    const [up, down] = [from * spines + spine, to * spines + spine];
    if (usable[up] && usable[down]) ways.push([up, down + links]);
  }
  return ways;
}
