import { gnmi } from '@weir/proto-gen';
import { invalidArgument, notFound } from './error';
import type { LeafValue } from './leaf';
import { formatPath, schemaPathOf, withoutKeyModule, withoutModule, type PathElem } from './path';
import { parsedPath } from './parse-cache';
import { describeType, listKeys, moduleOf, normalise, schemaNode } from './schema';
import { jsonText, leafOf } from './typed-value';

/**
 * What to do with what the schema table does not hold: a target refuses it, a client that reads a
 * larger model than it knows keeps the leaves (lists of unknown keys are passed over).
 */
export type UnknownNodes = 'refuse' | 'keep';

type Emit = (path: string, value: LeafValue) => void;

interface Place {
  readonly elems: readonly PathElem[];
  readonly schemaPath: string;
}

/**
 * Leaves of a JSON or JSON_IETF value that stands at `elems`: a scalar, a container, a list entry,
 * or an array of list entries. Key leaves of a list entry go into its path.
 * @throws GnmiError INVALID_ARGUMENT for bad values and missing or contradicting keys, NOT_FOUND
 * for a node outside the schema when `unknown` is 'refuse'
 */
export function flattenJson(
  elems: readonly PathElem[],
  value: unknown,
  unknown: UnknownNodes,
  emit: Emit,
): void {
  flatten({ elems, schemaPath: schemaPathOf(elems) }, value, unknown, emit);
}

function flatten(place: Place, value: unknown, unknown: UnknownNodes, emit: Emit): void {
  const node = schemaNode(place.schemaPath);
  const where = (): string => formatPath(place.elems);
  if (node === undefined && unknown === 'refuse') throw notFound(`no such node: ${where()}`);
  if (node?.kind === 'leaf') {
    const normal = normalise(value, node.type);
    if (normal === null)
      throw invalidArgument(`${where()}: ${printed(value)} is not ${describeType(node.type)}`);
    emit(where(), normal);
    return;
  }
  if (Array.isArray(value) && isListOfEntries(place, value)) {
    for (const entry of value) flattenEntry(place, entry, unknown, emit);
    return;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    flattenMembers(place, value, unknown, emit);
    return;
  }
  const leaf = node === undefined ? leafOf(value) : undefined;
  if (leaf === undefined) throw invalidArgument(`${where()}: ${printed(value)} is not an object`);
  emit(where(), leaf);
}

const isListOfEntries = (place: Place, value: readonly unknown[]): boolean =>
  listKeys(place.schemaPath) !== undefined ||
  value.some((item) => typeof item === 'object' && item !== null);

function flattenMembers(place: Place, value: object, unknown: UnknownNodes, emit: Emit): void {
  const keys = listKeys(place.schemaPath);
  const key = place.elems.at(-1)?.key ?? {};
  for (const [rawName, member] of Object.entries(value)) {
    const name = withoutModule(rawName);
    if (keys?.includes(name) === true) {
      checkKey(place, name, member, key[name]);
      continue;
    }
    const schemaPath = `${place.schemaPath}/${name}`;
    flatten({ elems: [...place.elems, { name, key: {} }], schemaPath }, member, unknown, emit);
  }
}

function checkKey(place: Place, name: string, member: unknown, expected: string | undefined): void {
  const text = leafOf(member);
  if (text === undefined || withoutKeyModule(String(text)) !== expected)
    throw invalidArgument(
      `${formatPath(place.elems)}: key ${name} is ${printed(member)}, the path says ${printed(expected)}`,
    );
}

/** One element of an array: its keys complete the path. */
function flattenEntry(place: Place, entry: unknown, unknown: UnknownNodes, emit: Emit): void {
  const where = formatPath(place.elems);
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    throw invalidArgument(`${where}: a list holds objects, not ${printed(entry)}`);
  const names = listKeys(place.schemaPath);
  if (names === undefined) {
    if (unknown === 'keep') return;
    throw invalidArgument(`${where} is not a list`);
  }
  const members = new Map(
    Object.entries(entry).map(([name, member]) => [withoutModule(name), member as unknown]),
  );
  const key: Record<string, string> = {};
  for (const name of names) {
    const value = leafOf(members.get(name));
    if (value === undefined) throw invalidArgument(`${where}: an entry lacks its key ${name}`);
    key[name] = withoutKeyModule(String(value));
  }
  const last = place.elems.at(-1);
  for (const [name, value] of Object.entries(last?.key ?? {})) {
    if (key[name] !== value)
      throw invalidArgument(`${where}: an entry has key ${name}=${key[name]}`);
  }
  const elems = [...place.elems.slice(0, -1), { name: last?.name ?? '', key }];
  flattenMembers({ elems, schemaPath: place.schemaPath }, entry, unknown, emit);
}

const printed = (value: unknown): string =>
  value === undefined ? 'absent' : (JSON.stringify(value) ?? typeof value).slice(0, 100);

/** A tree under construction: members by qualified name, list entries by their canonical keys. */
interface Branch {
  readonly members: Map<string, Branch | string>;
  readonly entries: Map<string, Branch> | null;
}

const branch = (list: boolean): Branch => ({
  members: new Map(),
  entries: list ? new Map() : null,
});

/**
 * JSON text of the leaves below `base` as one tree, the inverse of flattenJson. With JSON_IETF,
 * names carry their module where it differs from the parent's (RFC 7951 section 4).
 * `base` itself is a container or a list entry; leaves outside of it are an error.
 */
export function nestJson(
  base: readonly PathElem[],
  leaves: Iterable<readonly [path: string, value: LeafValue | bigint]>,
  encoding: gnmi.Encoding.JSON | gnmi.Encoding.JSON_IETF,
): string {
  const root = branch(false);
  for (const [path, value] of leaves) insert(root, base.length, path, value, encoding);
  const own = base.at(-1);
  if (own === undefined) return render(root, []);
  const schemaPath = schemaPathOf(base);
  const module = encoding === gnmi.Encoding.JSON_IETF ? moduleOf(schemaPath) : '';
  const keys = keyMembers(own, schemaPath, encoding).map(
    ([name, text]) => [module === '' ? name : `${module}:${name}`, text] as const,
  );
  return render(root, keys);
}

function insert(
  root: Branch,
  depth: number,
  path: string,
  value: LeafValue | bigint,
  encoding: gnmi.Encoding.JSON | gnmi.Encoding.JSON_IETF,
): void {
  const { elems, schemaPath: full } = parsedPath(path);
  let at = root;
  let schemaPath = schemaPathOf(elems.slice(0, depth));
  // The outermost names of a tree always carry their module.
  let module = '';
  for (const [index, elem] of elems.slice(depth).entries()) {
    schemaPath = `${schemaPath}/${elem.name}`;
    const here = moduleOf(schemaPath);
    const named = encoding === gnmi.Encoding.JSON_IETF && here !== '' && here !== module;
    const name = named ? `${here}:${elem.name}` : elem.name;
    module = here;
    if (depth + index === elems.length - 1) {
      const node = schemaNode(full);
      at.members.set(
        name,
        jsonText(value, node?.kind === 'leaf' ? node.type : undefined, encoding),
      );
      return;
    }
    at = step(at, name, elem, schemaPath, encoding);
  }
}

function step(
  at: Branch,
  name: string,
  elem: PathElem,
  schemaPath: string,
  encoding: gnmi.Encoding.JSON | gnmi.Encoding.JSON_IETF,
): Branch {
  const isList = Object.keys(elem.key).length > 0;
  let child = at.members.get(name);
  if (child === undefined || typeof child === 'string') {
    child = branch(isList);
    at.members.set(name, child);
  }
  if (child.entries === null) return child;
  const id = formatPath([elem]);
  let entry = child.entries.get(id);
  if (entry === undefined) {
    entry = branch(false);
    for (const [key, text] of keyMembers(elem, schemaPath, encoding)) entry.members.set(key, text);
    child.entries.set(id, entry);
  }
  return entry;
}

/** Key leaves stand in the entry beside its containers, typed as `config/<key>` is. */
function keyMembers(
  elem: PathElem,
  schemaPath: string,
  encoding: gnmi.Encoding.JSON | gnmi.Encoding.JSON_IETF,
): readonly (readonly [string, string])[] {
  return Object.entries(elem.key).map(([name, text]) => {
    const node =
      schemaNode(`${schemaPath}/config/${name}`) ?? schemaNode(`${schemaPath}/state/${name}`);
    const type = node?.kind === 'leaf' ? node.type : undefined;
    const value = type === undefined ? text : (normalise(text, type) ?? text);
    return [name, jsonText(value, type, encoding)] as const;
  });
}

function render(node: Branch, extra: readonly (readonly [string, string])[] = []): string {
  if (node.entries !== null)
    return `[${[...node.entries.values()].map((entry) => render(entry)).join(',')}]`;
  const members = extra.map(([name, text]) => `${JSON.stringify(name)}:${text}`);
  for (const [name, member] of node.members)
    members.push(`${JSON.stringify(name)}:${typeof member === 'string' ? member : render(member)}`);
  return `{${members.join(',')}}`;
}
