import { invalidArgument, parsedPath, type LeafMap } from '@weir/gnmi';

/** An entry of a list: its canonical path and the values of its keys, outermost list first. */
export interface ListEntry {
  readonly at: string;
  readonly keys: readonly string[];
}

/** Typed access to configuration leaves that have passed the schema check. */
export class LeafReader {
  constructor(readonly leaves: LeafMap) {}

  text(path: string): string | null {
    const value = this.leaves.get(path);
    return value === undefined ? null : String(value);
  }

  count(path: string): bigint | null {
    const value = this.leaves.get(path);
    return value === undefined ? null : BigInt(value);
  }

  flag(path: string): boolean {
    return String(this.leaves.get(path) ?? false) === 'true';
  }

  required(path: string, what: string): string {
    const value = this.text(path);
    if (value === null) throw invalidArgument(`${path}: missing; ${what}`);
    return value;
  }

  /** Whether anything is configured at or below a path. */
  has(path: string): boolean {
    for (const leaf of this.leaves.keys()) if (leaf.startsWith(`${path}/`)) return true;
    return false;
  }

  /** Entries of the list with this schema path, in order of their keys, below `under` if given. */
  entries(list: string, under = ''): readonly ListEntry[] {
    const found = new Map<string, ListEntry>();
    const depth = list.split('/').length - 1;
    for (const path of this.leaves.keys()) {
      if (!path.startsWith(under === '' ? '/qos/' : `${under}/`)) continue;
      const { elems, schemaPath } = parsedPath(path);
      if (!`${schemaPath}/`.startsWith(`${list}/`)) continue;
      const at = prefixOf(path, depth);
      if (!found.has(at))
        found.set(at, {
          at,
          keys: elems.slice(0, depth).flatMap((elem) => Object.values(elem.key)),
        });
    }
    return [...found.values()].sort((a, b) => compareKeys(a.keys, b.keys));
  }
}

/** The first elements of a canonical path; a `/` within brackets or after `\` separates nothing. */
function prefixOf(path: string, elems: number): string {
  let count = 0;
  let inside = false;
  for (let at = 0; at < path.length; at++) {
    const char = path[at];
    if (char === '\\') at += 1;
    else if (char === '[') inside = true;
    else if (char === ']') inside = false;
    else if (char === '/' && !inside && count++ === elems) return path.slice(0, at);
  }
  return path;
}

/** Keys are mostly numbers written as text: 2 comes before 10. */
export function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? '';
    if (left === right) continue;
    const [one, other] = [Number(left), Number(right)];
    if (Number.isFinite(one) && Number.isFinite(other) && one !== other) return one - other;
    return left < right ? -1 : 1;
  }
  return 0;
}
