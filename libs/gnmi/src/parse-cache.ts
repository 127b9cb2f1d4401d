import { parsePath, schemaPathOf, type PathElem } from './path';

export interface ParsedPath {
  readonly elems: readonly PathElem[];
  readonly schemaPath: string;
}

const MAX_CACHED = 65_536;
/** Longer ones are taken apart each time: a peer must not fill the memory with them. */
const MAX_CACHED_LENGTH = 512;
const cache = new Map<string, ParsedPath>();

/**
 * A canonical path taken apart, remembered: configurations are kept as text and their paths are
 * looked at again and again. Bounded; when full it starts anew.
 */
export function parsedPath(text: string): ParsedPath {
  let parsed = cache.get(text);
  if (parsed !== undefined) return parsed;
  const elems = parsePath(text);
  parsed = { elems, schemaPath: schemaPathOf(elems) };
  if (text.length > MAX_CACHED_LENGTH) return parsed;
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(text, parsed);
  return parsed;
}
