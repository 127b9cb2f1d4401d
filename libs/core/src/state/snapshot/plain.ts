/**
 * Maps and sets as JSON. A map becomes `{"$map": [[key, value], ...]}` in its own order, which the
 * fold relies on; a set `{"$set": [...]}`. Keys of ordinary objects that begin with `$` get another
 * one, so that nothing that came in a record can pass for a map.
 */
const MAP = '$map';
const SET = '$set';

/** Deeper than anything that is kept; a text made to exhaust the stack is refused instead. */
const DEEPEST = 64;

export function toPlain(value: unknown): unknown {
  if (value instanceof Map)
    return { [MAP]: [...value].map(([key, item]) => [toPlain(key), toPlain(item)]) };
  if (value instanceof Set) return { [SET]: [...value].map(toPlain) };
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== 'object' || value === null) return value;
  const plain: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value))
    if (item !== undefined) define(plain, key.startsWith('$') ? `$${key}` : key, toPlain(item));
  return plain;
}

/** What could not be read: the path of it, and why. */
export class Unreadable extends Error {
  constructor(
    readonly where: string,
    reason: string,
  ) {
    super(reason);
    this.name = 'Unreadable';
  }
}

/** Throws Unreadable; callers turn it into a refusal. */
export function fromPlain(value: unknown, where: string, depth = 0): unknown {
  if (depth > DEEPEST) throw new Unreadable(where, `nested deeper than ${DEEPEST}`);
  if (Array.isArray(value))
    return value.map((item, index) => fromPlain(item, `${where}[${index}]`, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === MAP) return mapOf(first[1], where, depth);
  if (entries.length === 1 && first?.[0] === SET)
    return new Set(list(first[1], where).map((item) => fromPlain(item, where, depth + 1)));
  const result: Record<string, unknown> = {};
  for (const [key, item] of entries) {
    const path = `${where}.${key}`;
    if (key.startsWith('$') && !key.startsWith('$$'))
      throw new Unreadable(path, 'a form of value that this version does not know');
    define(result, key.startsWith('$') ? key.slice(1) : key, fromPlain(item, path, depth + 1));
  }
  return result;
}

function mapOf(value: unknown, where: string, depth: number): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  list(value, where).forEach((entry, index) => {
    const path = `${where}[${index}]`;
    if (!Array.isArray(entry) || entry.length !== 2)
      throw new Unreadable(path, 'an entry of a map is a key and a value');
    const [key, item] = entry as [unknown, unknown];
    if (typeof key !== 'string' && typeof key !== 'number')
      throw new Unreadable(path, 'the key of a map is text or a number');
    if (map.has(key)) throw new Unreadable(path, `the key ${key} stands twice`);
    map.set(key, fromPlain(item, `${where}[${key}]`, depth + 1));
  });
  return map;
}

function list(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Unreadable(where, 'expected a list');
  return value;
}

/** `__proto__` is a key like any other here; assignment would make it the prototype. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}
