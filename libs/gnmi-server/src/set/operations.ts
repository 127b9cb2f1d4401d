import { gnmi } from '@weir/proto-gen';
import {
  checkConfig,
  diffLeaves,
  flattenJson,
  formatPath,
  invalidArgument,
  isAtOrBelow,
  keysComplete,
  listKeys,
  notFound,
  parsedPath,
  PathPattern,
  plainValue,
  resolvePath,
  schemaNode,
  schemaPathOf,
  unimplemented,
  type LeafDiff,
  type LeafMap,
  type LeafValue,
  type PathElem,
} from '@weir/gnmi';
import { checkTarget, checkOrigin } from '../request';

const { UpdateResult_Operation: Operation } = gnmi;

/** What a SetRequest makes of a configuration. */
export interface SetOutcome {
  readonly next: LeafMap;
  readonly changes: readonly LeafDiff[];
  readonly results: gnmi.UpdateResult[];
}

export const hasOperations = (request: gnmi.SetRequest): boolean =>
  request.delete.length + request.replace.length + request.update.length > 0 ||
  request.unionReplace.length > 0;

/**
 * Carries out delete, replace and update, in this order, on a copy (specification 3.4.3).
 * @throws GnmiError by the rules of 3.4.7; nothing has been changed then
 */
export function executeSet(current: LeafMap, request: gnmi.SetRequest, name: string): SetOutcome {
  if (request.unionReplace.length > 0) throw unimplemented('union_replace is not supported');
  checkTarget(request.prefix, name);
  const next = new Map(current);
  const results: gnmi.UpdateResult[] = [];
  for (const path of request.delete) {
    deleteAt(next, placeOf(request.prefix, path));
    results.push(result(path, Operation.DELETE));
  }
  for (const update of request.replace) {
    replaceAt(next, placeOf(request.prefix, update.path), update.val);
    results.push(result(update.path, Operation.REPLACE));
  }
  for (const update of request.update) {
    updateAt(next, placeOf(request.prefix, update.path), plainValue(update.val));
    results.push(result(update.path, Operation.UPDATE));
  }
  const violation = checkConfig(next);
  if (violation !== null) throw violation;
  return { next, changes: diffLeaves(current, next), results };
}

const result = (
  path: gnmi.Path | undefined,
  op: gnmi.UpdateResult_Operation,
): gnmi.UpdateResult => ({ timestamp: 0n, path, message: undefined, op });

function placeOf(prefix: gnmi.Path | undefined, path: gnmi.Path | undefined): readonly PathElem[] {
  const resolved = resolvePath(prefix, path);
  checkOrigin(resolved.origin);
  return resolved.elems;
}

function deleteAt(config: Map<string, LeafValue>, place: readonly PathElem[]): void {
  const pattern = new PathPattern(place);
  checkWritable(pattern);
  const names = place.map((elem) => elem.name);
  if (
    !names.includes('*') &&
    !names.includes('...') &&
    schemaNode(schemaPathOf(place)) === undefined
  )
    throw notFound(`no such node: ${pattern.text}`);
  for (const path of [...config.keys()]) if (pattern.matches(path)) config.delete(path);
}

/** State cannot be written: said before looking whether the leaf exists. */
function checkWritable(pattern: PathPattern): void {
  if (pattern.elems.some((elem) => elem.name === 'state'))
    throw invalidArgument(`${pattern.text} is state, which cannot be written`);
}

function replaceAt(
  config: Map<string, LeafValue>,
  place: readonly PathElem[],
  typed: gnmi.TypedValue | undefined,
): void {
  const value = plainValue(typed);
  const base = formatPath(place);
  const isEntry = listKeys(schemaPathOf(place)) !== undefined;
  if (isEntry && typeof value === 'object' && value !== null && Object.keys(value).length === 0)
    throw invalidArgument(`${base}: an empty value cannot replace a list entry`);
  const leaves = leavesOf(place, value);
  if (Array.isArray(value) && isEntry) {
    // The list as a whole is replaced, so every entry goes.
    const pattern = new PathPattern(place);
    for (const path of [...config.keys()]) if (pattern.matches(path)) config.delete(path);
  } else {
    for (const path of [...config.keys()]) if (isAtOrBelow(path, base)) config.delete(path);
  }
  for (const [path, leaf] of leaves) config.set(path, leaf);
}

function updateAt(
  config: Map<string, LeafValue>,
  place: readonly PathElem[],
  value: unknown,
): void {
  for (const [path, leaf] of leavesOf(place, value)) config.set(path, leaf);
}

/** The leaves that a value at a place means, each checked for being configuration. */
function leavesOf(place: readonly PathElem[], value: unknown): Map<string, LeafValue> {
  const text = formatPath(place);
  for (const elem of place) {
    if (elem.name === '*' || elem.name === '...' || Object.values(elem.key).includes('*'))
      throw invalidArgument(`${text}: wildcards are for delete and reading`);
  }
  checkWritable(new PathPattern(place));
  const leaves = new Map<string, LeafValue>();
  flattenJson(place, value, 'refuse', (path, leaf) => {
    const node = schemaNode(parsedPath(path).schemaPath);
    if (node?.kind !== 'leaf' || !node.config)
      throw invalidArgument(`${path} is state, which cannot be written`);
    const keyed = keysComplete(path);
    if (keyed !== null) throw keyed;
    leaves.set(path, leaf);
  });
  return leaves;
}
