import { invalidArgument } from './error';

/** One step of a path; same shape as gnmi.PathElem. */
export interface PathElem {
  readonly name: string;
  readonly key: Readonly<Record<string, string>>;
}

/** Bounds on what a peer may send; far above any OpenConfig path. */
export const MAX_PATH_LENGTH = 4096;
const MAX_ELEMS = 64;

/** A name without its module: `openconfig-qos:queues` is `queues`. Targets differ in sending it. */
export function withoutModule(name: string): string {
  // The last one, so that a name comes out the same however often it is asked for.
  const colon = name.lastIndexOf(':');
  return colon > 0 && colon < name.length - 1 ? name.slice(colon + 1) : name;
}

/**
 * A key value without the module of an identity: `openconfig-policy-types:STATIC` is `STATIC`.
 * Only OpenConfig's own modules are taken for one, so that addresses keep their colons.
 */
export const withoutKeyModule = (text: string): string =>
  text.replace(/^(?:openconfig-[a-z0-9-]+:)+(?=[A-Za-z_])/, '');

/**
 * Parses `/a/b[k=v]/c`. Backslash escapes the next character: `/`, `[` and `\` in names, `]` and
 * `\` in key values. Module prefixes of names are dropped. `/` and the empty text are the root.
 * @throws GnmiError INVALID_ARGUMENT when the text is not a path.
 */
export function parsePath(text: string): readonly PathElem[] {
  if (text.length > MAX_PATH_LENGTH) throw invalidArgument('path is longer than 4096 characters');
  const elems: PathElem[] = [];
  let at = text.startsWith('/') ? 1 : 0;
  while (at < text.length) {
    const name = scan(text, at, '/[');
    if (name.text === '') throw invalidArgument(`empty element in path ${quoted(text)}`);
    at = name.end;
    const key: Record<string, string> = {};
    while (text[at] === '[') {
      const keyName = scan(text, at + 1, '=');
      const keyValue = scan(text, keyName.end + 1, ']');
      if (keyName.text === '' || text[keyName.end] !== '=' || text[keyValue.end] !== ']')
        throw invalidArgument(`unfinished key in path ${quoted(text)}`);
      setKey(key, withoutModule(keyName.text), withoutKeyModule(keyValue.text), text);
      at = keyValue.end + 1;
    }
    elems.push({ name: withoutModule(name.text), key });
    if (at === text.length) break;
    if (text[at] !== '/' || at === text.length - 1)
      throw invalidArgument(`unexpected end or character in path ${quoted(text)}`);
    at += 1;
  }
  if (elems.length > MAX_ELEMS) throw invalidArgument('path has more than 64 elements');
  return elems;
}

function setKey(key: Record<string, string>, name: string, value: string, text: string): void {
  if (Object.hasOwn(key, name) || name === '__proto__')
    throw invalidArgument(`key ${name} appears twice in path ${quoted(text)}`);
  key[name] = value;
}

/** Reads up to one of the stop characters, undoing escapes. */
function scan(text: string, start: number, stops: string): { text: string; end: number } {
  let out = '';
  let at = start;
  for (; at < text.length; at += 1) {
    let char = text[at] as string;
    if (stops.includes(char)) break;
    if (char === '\\') {
      at += 1;
      if (at >= text.length) throw invalidArgument(`path ends in a backslash: ${quoted(text)}`);
      char = text[at] as string;
    }
    out += char;
  }
  return { text: out, end: at };
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 200));

/** Canonical text: keys sorted by name, no module prefixes. The root is `/`. */
export function formatPath(elems: readonly PathElem[]): string {
  let out = '';
  for (const elem of elems) out += `/${formatElem(elem)}`;
  return out === '' ? '/' : out;
}

export function formatElem(elem: PathElem): string {
  let out = escape(withoutModule(elem.name), /[\\/[]/g);
  const names = Object.keys(elem.key);
  if (names.length > 1) names.sort();
  for (const name of names) {
    const value = escape(elem.key[name] as string, /[\\\]]/g);
    out += `[${escape(withoutModule(name), /[\\=]/g)}=${value}]`;
  }
  return out;
}

const escape = (text: string, what: RegExp): string => text.replace(what, '\\$&');

/** Names joined by `/`, keys left out: the place in the schema. The root is the empty text. */
export function schemaPathOf(elems: readonly PathElem[]): string {
  let out = '';
  for (const elem of elems) out += `/${elem.name}`;
  return out;
}

/** Canonical text of a path given in any accepted spelling. */
export const canonicalPath = (text: string): string => formatPath(parsePath(text));

/** `/a` and `b/c` are `/a/b/c`; either may be the root. */
export function joinPaths(prefix: string, rest: string): string {
  const tail = rest.startsWith('/') ? rest.slice(1) : rest;
  if (tail === '') return prefix === '' ? '/' : prefix;
  return prefix === '/' || prefix === '' ? `/${tail}` : `${prefix}/${tail}`;
}

/** Whether `path` is `base` or below it; both canonical and without wildcards. */
export function isAtOrBelow(path: string, base: string): boolean {
  if (base === '/') return true;
  return path === base || (path.startsWith(base) && path[base.length] === '/');
}
