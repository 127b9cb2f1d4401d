import { invalidArgument } from './error';
import { formatPath, isAtOrBelow, parsePath, type PathElem } from './path';
import { parsedPath } from './parse-cache';

/** Each `...` multiplies the work of a match; nobody needs more than a few. */
const MAX_ANY_DEPTH = 4;

/**
 * A path that may hold wildcards: name `*` is any one element, name `...` any number of them, key
 * value `*` or a key left out any value. Matches whole subtrees: everything at or below a match.
 */
export class PathPattern {
  readonly text: string;
  /** No wildcard and, as far as the pattern itself tells, no key left out. */
  private readonly literal: boolean;

  /** @throws GnmiError INVALID_ARGUMENT when there are more than four `...` */
  constructor(readonly elems: readonly PathElem[]) {
    if (elems.filter((elem) => elem.name === '...').length > MAX_ANY_DEPTH)
      throw invalidArgument('path has more than four "..." elements');
    this.text = formatPath(elems);
    this.literal = elems.every((elem) => elem.name !== '*' && elem.name !== '...');
  }

  static parse(text: string): PathPattern {
    return new PathPattern(parsePath(text));
  }

  /** Whether `path` (canonical, concrete) is at or below a place that the pattern names. */
  matches(path: string): boolean {
    if (this.literal && isAtOrBelow(path, this.text)) return true;
    return this.matchesElems(parsedPath(path).elems);
  }

  matchesElems(path: readonly PathElem[]): boolean {
    return this.match(0, path, 0, false);
  }

  /** Whether something below `path` could match: used to skip whole subtrees. */
  mayMatchBelow(path: readonly PathElem[]): boolean {
    return this.match(0, path, 0, true);
  }

  /**
   * The concrete paths, as long as the pattern, of which `path` is at or below; null when it does
   * not match. Of several ways through `...` the shortest counts.
   */
  baseOf(path: readonly PathElem[]): readonly PathElem[] | null {
    if (this.elems.every((elem) => elem.name !== '...'))
      return this.matchesElems(path) ? path.slice(0, this.elems.length) : null;
    for (let length = 0; length <= path.length; length += 1) {
      const base = path.slice(0, length);
      if (this.matchesElems(base)) return base;
    }
    return null;
  }

  private match(
    patternAt: number,
    path: readonly PathElem[],
    pathAt: number,
    partial: boolean,
  ): boolean {
    for (let p = patternAt, at = pathAt; ; p += 1, at += 1) {
      const want = this.elems[p];
      if (want === undefined) return true;
      if (want.name === '...') {
        for (let skip = at; skip <= path.length; skip += 1)
          if (this.match(p + 1, path, skip, partial)) return true;
        return partial;
      }
      const have = path[at];
      if (have === undefined) return partial;
      if (!elemMatches(want, have)) return false;
    }
  }
}

function elemMatches(want: PathElem, have: PathElem): boolean {
  if (want.name !== '*' && want.name !== have.name) return false;
  for (const name in want.key) {
    const value = want.key[name];
    if (value !== '*' && have.key[name] !== value) return false;
  }
  return true;
}
