import type { Collective, RankGroups } from './job';
import { doubleBinaryTree } from './trees';

/** Transfers that start together. */
export interface PairGroup {
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  /** Bytes of each pair over the bytes of the collective. */
  readonly bytesRatio: number;
  /** Pairs that each one stands for. */
  readonly weight: number;
  /** Lock-step: chunks wait for their neighbours, so the slowest pair paces all. */
  readonly pacing: 'lock-step' | 'independent';
}

/** A part of a collective that ends, everywhere, before the next one begins. */
export interface PhaseShape {
  readonly groups: readonly PairGroup[];
  /** Times that something has to cross the network one after the other, besides the bytes. */
  readonly latencySteps: number;
}

/** Peers of each rank that stand for all others in an all-to-all among many. */
const ALL_TO_ALL_PEERS = 32;

/** The phases of a collective among these workers; none when there is nobody to talk to. */
export function phasesOf(collective: Collective, workers: readonly string[]): PhaseShape[] {
  const { groups } = collective;
  if (groups === undefined) return phasesOfGroup(collective, workers);
  const each = rankGroups(workers, groups).map((ranks) => phasesOfGroup(collective, ranks));
  const count = Math.max(0, ...each.map((phases) => phases.length));
  return Array.from({ length: count }, (_, at) => ({
    groups: each.flatMap((phases) => phases[at]?.groups ?? []),
    latencySteps: Math.max(...each.map((phases) => phases[at]?.latencySteps ?? 0)),
  }));
}

/** Ranks b + o, b + o + stride, ... for each block b of size x stride and each offset o in it. */
export function rankGroups(workers: readonly string[], groups: RankGroups): string[][] {
  const block = groups.size * groups.stride;
  const result: string[][] = [];
  for (let base = 0; base < workers.length; base += block) {
    for (let offset = 0; offset < groups.stride; offset++) {
      const ranks = workers
        .slice(base, base + block)
        .filter((_, index) => index % groups.stride === offset);
      if (ranks.length > 1) result.push(ranks);
    }
  }
  return result;
}

function phasesOfGroup(collective: Collective, ranks: readonly string[]): PhaseShape[] {
  const n = ranks.length;
  switch (collective.algorithm) {
    case 'ring-allreduce':
      // Reduce-scatter and all-gather, n-1 steps of an n-th each (Patarasuk and Yuan 2009).
      return ring(ranks, (2 * (n - 1)) / n, 2 * (n - 1));
    case 'all-gather':
    case 'reduce-scatter':
      return ring(ranks, (n - 1) / n, n - 1);
    case 'broadcast':
      return chain(ranks, 1);
    case 'tree-allreduce':
      return tree(ranks);
    case 'all-to-all':
      return allToAll(ranks);
    case 'hierarchical-allreduce':
      return hierarchical(ranks, collective.groupSize);
    case 'parameter-server':
      return pushAndPull(ranks, collective.servers, 1 / collective.servers.length);
    case 'hierarchical-parameter-server':
      return aggregated(ranks, collective.servers, collective.groupSize);
  }
}

function ring(ranks: readonly string[], bytesRatio: number, latencySteps: number): PhaseShape[] {
  if (ranks.length < 2) return [];
  const destinations = ranks.map((_, i) => ranks[(i + 1) % ranks.length] ?? '');
  return [lockStep(ranks, destinations, bytesRatio, latencySteps)];
}

/** From the first to the last, pipelined: every link carries all of it. */
function chain(ranks: readonly string[], bytesRatio: number): PhaseShape[] {
  if (ranks.length < 2) return [];
  return [lockStep(ranks.slice(0, -1), ranks.slice(1), bytesRatio, ranks.length - 1)];
}

/** Two complementary trees reduce one half each, then hand the sums down (Sanders et al. 2009). */
function tree(ranks: readonly string[]): PhaseShape[] {
  if (ranks.length < 2) return [];
  const { parents, depth } = doubleBinaryTree(ranks.length);
  const children: string[] = [];
  const above: string[] = [];
  for (const [child, parent] of parents) {
    children.push(ranks[child] ?? '');
    above.push(ranks[parent] ?? '');
  }
  return [lockStep(children, above, 0.5, depth), lockStep(above, children, 0.5, depth)];
}

/** Every rank to every other at once; among many, to peers at even distances around the ring. */
function allToAll(ranks: readonly string[]): PhaseShape[] {
  const n = ranks.length;
  if (n < 2) return [];
  const peers = Math.min(n - 1, ALL_TO_ALL_PEERS);
  const sources: string[] = [];
  const destinations: string[] = [];
  for (let k = 0; k < peers; k++) {
    const distance = 1 + Math.floor((k * (n - 1)) / peers);
    ranks.forEach((rank, i) => {
      sources.push(rank);
      destinations.push(ranks[(i + distance) % n] ?? '');
    });
  }
  const weight = (n - 1) / peers;
  const group = { sources, destinations, bytesRatio: 1 / n, weight, pacing: 'lock-step' as const };
  return [{ groups: [group], latencySteps: 1 }];
}

/** Reduced to the first of each group, all-reduced among those, broadcast (Jia et al. 2018). */
function hierarchical(ranks: readonly string[], groupSize: number): PhaseShape[] {
  const groups = split(ranks, groupSize);
  const leaders = groups.map((members) => members[0] ?? '');
  const inside = (members: readonly string[]): PhaseShape[] => chain(members, 1);
  const up = together(groups.map((members) => inside([...members].reverse())));
  const n = leaders.length;
  const down = together(groups.map(inside));
  return [...up, ...ring(leaders, (2 * (n - 1)) / n, 2 * (n - 1)), ...down];
}

function aggregated(
  ranks: readonly string[],
  servers: readonly string[],
  groupSize: number,
): PhaseShape[] {
  const groups = split(ranks, groupSize);
  const members = groups.flatMap((group) => group.slice(1));
  const aggregators = groups.flatMap((group) => group.slice(1).map(() => group[0] ?? ''));
  const [push, pull] = pushAndPull(
    groups.map((group) => group[0] ?? ''),
    servers,
    1 / servers.length,
  );
  const phases: readonly (PhaseShape | undefined)[] = [
    independent(members, aggregators, 1),
    push,
    pull,
    independent(aggregators, members, 1),
  ];
  return phases.filter(
    (phase): phase is PhaseShape => phase !== undefined && phase.groups[0]?.sources.length !== 0,
  );
}

function pushAndPull(
  workers: readonly string[],
  servers: readonly string[],
  bytesRatio: number,
): PhaseShape[] {
  const pairs = workers.flatMap((worker) =>
    servers.filter((server) => server !== worker).map((server) => ({ worker, server })),
  );
  if (pairs.length === 0) return [];
  const near = pairs.map(({ worker }) => worker);
  const far = pairs.map(({ server }) => server);
  return [independent(near, far, bytesRatio), independent(far, near, bytesRatio)];
}

function split(ranks: readonly string[], size: number): string[][] {
  const groups: string[][] = [];
  for (let at = 0; at < ranks.length; at += size) groups.push(ranks.slice(at, at + size));
  return groups;
}

/** The same phase of several groups at one time. */
function together(each: readonly PhaseShape[][]): PhaseShape[] {
  const phases = each.flat();
  if (phases.length === 0) return [];
  return [
    {
      groups: phases.flatMap((phase) => phase.groups),
      latencySteps: Math.max(...phases.map((phase) => phase.latencySteps)),
    },
  ];
}

function lockStep(
  sources: readonly string[],
  destinations: readonly string[],
  bytesRatio: number,
  latencySteps: number,
): PhaseShape {
  const group = { sources, destinations, bytesRatio, weight: 1, pacing: 'lock-step' as const };
  return { groups: [group], latencySteps };
}

function independent(
  sources: readonly string[],
  destinations: readonly string[],
  bytesRatio: number,
): PhaseShape {
  const group = { sources, destinations, bytesRatio, weight: 1, pacing: 'independent' as const };
  return { groups: [group], latencySteps: 1 };
}
