import { commodityCount, relieve } from '@weir/algorithms';
import type { ReliefItem, ReliefProblem, ReliefResult } from '@weir/core/ports';
import type { Instance } from './instance';

/** Entries of a device's group of next hops. */
const GRID_ENTRIES = 64;
/** What the loop aims at; below it no traffic is moved. */
export const CONTENT_RATIO = 0.6;
/** Never reached, so that the most even split on the grid is looked for. */
export const NEVER_CONTENT = 0;

/**
 * The same instance as the loop would see it: each commodity hashed equally over its next hops, every
 * leaf free to decide anew, and weights in whole entries.
 */
export function decisionProblem(
  { problem, demand }: Instance,
  spines: number,
  targetRatio: number,
): ReliefProblem {
  const { capacity, pathStart, linkStart, links } = problem;
  const loadBps = new Float64Array(capacity.length);
  const items: ReliefItem[] = [];
  for (let k = 0; k < commodityCount(problem); k++) {
    const [first, end] = [pathStart[k]!, pathStart[k + 1]!];
    const share = 1 / (end - first);
    const choices = Array.from({ length: end - first }, (_, i) => {
      const channels = [...links.slice(linkStart[first + i], linkStart[first + i + 1])];
      for (const c of channels) loadBps[c]! += demand[k]! * share;
      return { channels, shares: channels.map(() => 1) };
    });
    items.push({
      group: Math.floor((choices[0]?.channels[0] ?? 0) / spines),
      bps: demand[k]!,
      choices,
      present: choices.map(() => share),
      weights: choices.map(() => 1),
      gridEntries: GRID_ENTRIES,
      parts: 1,
      isElephant: false,
    });
  }
  const channels = Array.from(capacity, (_, c) => c);
  const cutAt = (cut: number): number[] => channels.filter((c) => Math.floor(c / spines) === cut);
  return {
    capacityBps: capacity,
    loadBps,
    items,
    relevant: channels,
    maxGroups: items.length,
    targetRatio,
    cuts: Array.from({ length: capacity.length / spines }, (_, cut) => cutAt(cut)),
    step: 1,
  };
}

export interface Decided {
  readonly result: ReliefResult;
  readonly ms: number;
}

/** The whole chain of the loop, from the certificate to weights on the grid. */
export function decideOnce(problem: ReliefProblem, now: () => number): Decided {
  const startedMs = now();
  const result = relieve(problem);
  return { result, ms: now() - startedMs };
}
