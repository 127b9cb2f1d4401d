import { gnmi } from '@weir/proto-gen';
import {
  encodeLeaf,
  formatPath,
  invalidArgument,
  jsonText,
  listKeys,
  nestJson,
  notFound,
  PathPattern,
  resolvePath,
  schemaNode,
  schemaPathOf,
  toProtoPath,
  type PathElem,
  type ValueEncoding,
} from '@weir/gnmi';
import { shaped, type DataLeaf, type DataTree } from './data-tree';
import { checkEncoding, checkModels, checkOrigin, checkTarget } from './request';
import type { StateValue } from './backend';

const { Encoding, GetRequest_DataType: DataType } = gnmi;

const TYPES = [DataType.ALL, DataType.CONFIG, DataType.STATE, DataType.OPERATIONAL];

interface Found {
  readonly leaf: DataLeaf;
  readonly value: StateValue;
}

/** Answers a Get (specification 3.3): one notification per requested path. */
export async function answerGet(
  tree: DataTree,
  request: gnmi.GetRequest,
  models: readonly gnmi.ModelData[],
  name: string,
): Promise<gnmi.GetResponse> {
  const encoding = checkEncoding(request.encoding);
  if (!TYPES.includes(request.type)) throw invalidArgument('unknown data type');
  checkModels(request.useModels, models);
  checkTarget(request.prefix, name);
  // No path at all asks for the prefix.
  const paths = request.path.length > 0 ? request.path : [undefined];
  const patterns = paths.map((path) => {
    const resolved = resolvePath(request.prefix, path);
    checkOrigin(resolved.origin);
    return { pattern: new PathPattern(resolved.elems), origin: resolved.origin };
  });
  await tree.refresh();
  const notification = patterns.map(({ pattern, origin }) => {
    const updates = updatesOf(tree, pattern, request.type, encoding);
    return {
      timestamp: tree.timeNs(),
      prefix: toProtoPath('/', origin, request.prefix?.target ?? ''),
      update: updates,
      delete: [],
      atomic: false,
    };
  });
  return { notification, error: undefined, extension: [] };
}

function updatesOf(
  tree: DataTree,
  pattern: PathPattern,
  type: gnmi.GetRequest_DataType,
  encoding: ValueEncoding,
): gnmi.Update[] {
  const bases = new Map<string, { base: readonly PathElem[]; found: Found[] }>();
  for (const group of tree.all()) {
    if (!pattern.mayMatchBelow(group.elems)) continue;
    for (const [index, leaf] of group.leaves.entries()) {
      if (!isWanted(leaf, type)) continue;
      const base = pattern.baseOf(leaf.elems);
      const value = base === null ? null : group.read(index);
      if (base === null || value === null) continue;
      const id = formatPath(base);
      const entry = bases.get(id) ?? { base, found: [] };
      entry.found.push({ leaf, value: shaped(value, leaf.type) });
      bases.set(id, entry);
    }
  }
  if (bases.size === 0) return emptyUpdates(tree, pattern, encoding);
  return [...bases.values()].flatMap(({ base, found }) => encodeFound(base, found, encoding));
}

function isWanted(leaf: DataLeaf, type: gnmi.GetRequest_DataType): boolean {
  switch (type) {
    case DataType.CONFIG:
      return leaf.kind === 'config';
    case DataType.STATE:
      return leaf.kind !== 'config';
    case DataType.OPERATIONAL:
      return leaf.kind === 'state';
    default:
      return true;
  }
}

function encodeFound(
  base: readonly PathElem[],
  found: readonly Found[],
  encoding: ValueEncoding,
): gnmi.Update[] {
  if (encoding === Encoding.PROTO)
    return found.map(({ leaf, value }) =>
      update(leaf.elems, encodeLeaf(value, leaf.type, encoding)),
    );
  const [first] = found;
  const text =
    found.length === 1 && first !== undefined && first.leaf.elems.length === base.length
      ? jsonText(first.value, first.leaf.type, encoding)
      : nestJson(
          base,
          found.map(({ leaf, value }) => [leaf.path, value] as const),
          encoding,
        );
  return [update(base, jsonValue(text, encoding))];
}

const update = (elems: readonly PathElem[], val: gnmi.TypedValue): gnmi.Update => ({
  path: toProtoPath(elems),
  value: undefined,
  val,
  duplicates: 0,
});

function jsonValue(
  text: string,
  encoding: gnmi.Encoding.JSON | gnmi.Encoding.JSON_IETF,
): gnmi.TypedValue {
  const value = Buffer.from(text);
  return encoding === Encoding.JSON
    ? { value: { $case: 'jsonVal', value } }
    : { value: { $case: 'jsonIetfVal', value } };
}

/**
 * Nothing was found: a container without presence exists as long as the list entries on the way
 * do, and is empty; a leaf or a list entry that is not there is NOT_FOUND (3.3.4).
 */
function emptyUpdates(
  tree: DataTree,
  pattern: PathPattern,
  encoding: ValueEncoding,
): gnmi.Update[] {
  const { elems } = pattern;
  const open = elems.some((elem) => elem.name === '*' || elem.name === '...');
  if (open) return [];
  const node = schemaNode(schemaPathOf(elems));
  if (node === undefined) throw notFound(`no such node: ${pattern.text}`);
  if (isOpenList(elems)) return [];
  if (node.kind === 'leaf') throw notFound(`${pattern.text} is not there`);
  for (let length = 1; length <= elems.length; length += 1) {
    const entry = elems.slice(0, length);
    if (Object.keys(entry.at(-1)?.key ?? {}).length > 0 && !exists(tree, entry))
      throw notFound(`${formatPath(entry)} is not there`);
  }
  return encoding === Encoding.PROTO ? [] : [update(elems, jsonValue('{}', encoding))];
}

/** Whether some list on the way is left open, so that the path stands for any number of entries. */
function isOpenList(elems: readonly PathElem[]): boolean {
  let schemaPath = '';
  return elems.some((elem) => {
    schemaPath += `/${elem.name}`;
    const keys = listKeys(schemaPath) ?? [];
    return keys.some((key) => elem.key[key] === undefined || elem.key[key] === '*');
  });
}

function exists(tree: DataTree, entry: readonly PathElem[]): boolean {
  const pattern = new PathPattern(entry);
  return tree
    .all()
    .some((group) =>
      group.leaves.some(
        (leaf, index) => pattern.matchesElems(leaf.elems) && group.read(index) !== null,
      ),
    );
}
