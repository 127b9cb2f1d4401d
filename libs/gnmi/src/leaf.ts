/**
 * A configuration leaf as RFC 7951 prints it: 64-bit integers and decimals are strings, smaller
 * integers numbers, identities and enumerations strings without module prefix. A leaf-list is the
 * text of its JSON array. Same shape as the core model's LeafValue.
 */
export type LeafValue = string | number | boolean;

/** Leaves by canonical path. */
export type LeafMap = ReadonlyMap<string, LeafValue>;

/** One leaf before and after; null is absent. */
export interface LeafDiff {
  readonly path: string;
  readonly before: LeafValue | null;
  readonly after: LeafValue | null;
}

/** Targets differ in how they write a value ("1" and 1): equal when they print the same. */
export function sameValue(a: LeafValue | null, b: LeafValue | null): boolean {
  if (a === null || b === null) return a === b;
  return String(a) === String(b);
}

/** What has to change to come from `before` to `after`; paths in order of the two maps. */
export function diffLeaves(before: LeafMap, after: LeafMap): readonly LeafDiff[] {
  const diffs: LeafDiff[] = [];
  for (const [path, value] of before) {
    const next = after.get(path) ?? null;
    if (!sameValue(value, next)) diffs.push({ path, before: value, after: next });
  }
  for (const [path, value] of after) {
    if (!before.has(path)) diffs.push({ path, before: null, after: value });
  }
  return diffs;
}
