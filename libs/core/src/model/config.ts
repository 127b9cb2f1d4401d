import type { DeviceId } from './ids';

/**
 * A configuration leaf as RFC 7951 would print it: 64-bit integers and decimals are strings,
 * smaller integers numbers, identities and enumerations strings without module prefix.
 */
export type LeafValue = string | number | boolean;

/** Leaves of the managed subtrees of one device, by canonical path. */
export type ConfigImage = ReadonlyMap<string, LeafValue>;

/**
 * One leaf before and after; null is *absent*. Paths are absolute, in the usual textual form
 * `/a/b[key=value]/c`, keys in alphabetical order.
 */
export interface LeafDiff {
  readonly path: string;
  readonly before: LeafValue | null;
  readonly after: LeafValue | null;
}

export interface DeviceDiff {
  readonly device: DeviceId;
  readonly leaves: readonly LeafDiff[];
}

/** Encodings differ between targets ("1" and 1): leaves are the same when they print the same. */
export function sameLeaf(a: LeafValue | null, b: LeafValue | null): boolean {
  if (a === null || b === null) return a === b;
  return String(a) === String(b);
}

export const inverseOf = (diff: DeviceDiff): DeviceDiff => ({
  device: diff.device,
  leaves: diff.leaves.map((leaf) => ({ path: leaf.path, before: leaf.after, after: leaf.before })),
});

/** The image after the diff; does not check `before`. */
export function patched(image: ConfigImage, leaves: readonly LeafDiff[]): ConfigImage {
  const next = new Map(image);
  for (const leaf of leaves) {
    if (leaf.after === null) next.delete(leaf.path);
    else next.set(leaf.path, leaf.after);
  }
  return next;
}

/** Canonical text of some leaves, for hashing: sorted, one per line, absent spelled out. */
export function leavesText(leaves: readonly { path: string; value: LeafValue | null }[]): string {
  return leaves
    .map((leaf) => `${leaf.path}\t${leaf.value === null ? '(absent)' : String(leaf.value)}`)
    .sort()
    .join('\n');
}
