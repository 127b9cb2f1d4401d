import { fnv1a } from '@weir/core/base';
import type { FabricSpec } from './spec';

/** Seeds of the switches' ECMP hashes: each its own, or one that all share. */
export function hashSeeds(spec: FabricSpec, seed: number): Uint32Array {
  const shared = spec.hashing === 'shared';
  return Uint32Array.from(spec.switches, (entry) =>
    fnv1a(shared ? `${seed}/shared` : `${seed}/${entry.name}`),
  );
}

/**
 * Hash of a flow on one switch: FNV-1a of the flow, then the finaliser of MurmurHash3 over it and
 * the seed. FNV-1a alone is not enough: its low bits of two seeds stay tied to each other, so that
 * switches with different seeds would polarise traffic all the same.
 */
export function hashOf(flow: number, seed: number): number {
  let h = (flow ^ seed) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Values that a hash can have for a group of so many next hops; Infinity: more than entries. */
export const hashValues = (spec: FabricSpec, hops: number): number =>
  spec.hashing === 'narrow' ? Math.max(1, hops >> 1) : Infinity;

/** Entry of a table with `total` entries for a hash that has so many values, evenly over it. */
export const entryOf = (hash: number, values: number, total: number): number =>
  values >= total ? hash % total : Math.floor(((hash % values) * total) / values);

/** Share of all hashes whose entry lies in [from, to). */
export function shareOf(from: number, to: number, values: number, total: number): number {
  if (values >= total) return (to - from) / total;
  let found = 0;
  for (let hash = 0; hash < values; hash++) {
    const entry = entryOf(hash, values, total);
    if (entry >= from && entry < to) found += 1;
  }
  return found / values;
}

/**
 * Entries of an ECMP table for each weight: whole numbers that add up to the grid, as near to the
 * weights as they can be (largest remainder; the earlier next hop wins a tie). Hardware has 16 to
 * 256 of them for a group, so that weights are never finer than that.
 */
export function dealEntries(weights: readonly number[], grid: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return weights.map(() => 0);
  const exact = weights.map((weight) => (weight / total) * grid);
  const entries = exact.map((share) => Math.floor(share + 1e-9));
  const left = grid - entries.reduce((sum, count) => sum + count, 0);
  const order = exact
    .map((share, index) => ({ index, rest: share - (entries[index] ?? 0) }))
    .sort((a, b) => (Math.abs(b.rest - a.rest) < 1e-9 ? a.index - b.index : b.rest - a.rest));
  for (const { index } of order.slice(0, left)) entries[index] = (entries[index] ?? 0) + 1;
  return entries;
}
