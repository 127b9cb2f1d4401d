import type { LeafDiff } from '@weir/core/model';
import {
  encodeLeaf,
  formatPath,
  isAtOrBelow,
  parsedPath,
  schemaNode,
  toProtoPath,
} from '@weir/gnmi';
import { gnmi, type gnmiExt } from '@weir/proto-gen';

const ORIGIN = 'openconfig';

/**
 * One SetRequest of these diffs. Within a Set all deletes run first, then the updates in order
 * (specification 3.4.3), so that:
 *
 * - a list entry whose key leaf goes is deleted as an entry, with everything in it;
 * - a reference that moves away from an entry that is deleted here is deleted before it, and then
 *   written anew: every step by itself leaves no dangling reference, also on targets that check
 *   between the steps and not at the end.
 */
export function setRequest(
  leaves: readonly LeafDiff[],
  extension: readonly gnmiExt.Extension[],
): gnmi.SetRequest {
  const removed = leaves.filter((leaf) => leaf.after === null);
  const entries = removedEntries(leaves, removed);
  const deletes: string[] = [];
  for (const leaf of leaves)
    if (leaf.after !== null && refersToAny(leaf, entries)) deletes.push(leaf.path);
  for (const leaf of removed)
    if (!entries.some((entry) => isAtOrBelow(leaf.path, entry))) deletes.push(leaf.path);
  deletes.push(...entries);
  return {
    prefix: undefined,
    delete: deletes.map((path) => toProtoPath(path, ORIGIN)),
    replace: [],
    update: leaves.flatMap((leaf) =>
      leaf.after === null ? [] : [updateOf(leaf.path, leaf.after)],
    ),
    unionReplace: [],
    extension: [...extension],
  };
}

function updateOf(path: string, value: string | number | boolean): gnmi.Update {
  const { elems, schemaPath } = parsedPath(path);
  const node = schemaNode(schemaPath);
  const type = node?.kind === 'leaf' ? node.type : undefined;
  return {
    path: toProtoPath(elems, ORIGIN),
    value: undefined,
    val: encodeLeaf(value, type, gnmi.Encoding.JSON_IETF),
    duplicates: 0,
  };
}

/**
 * Outermost list entries that go as a whole: their key leaf (`config/<key>`) is removed and
 * nothing below them stays or is written.
 */
function removedEntries(
  leaves: readonly LeafDiff[],
  removed: readonly LeafDiff[],
): readonly string[] {
  const entries: string[] = [];
  for (const { path } of removed) {
    const { elems } = parsedPath(path);
    const owner = elems.at(-3);
    const isKey =
      elems.at(-2)?.name === 'config' && (elems.at(-1)?.name ?? '') in (owner?.key ?? {});
    if (!isKey) continue;
    const entry = formatPath(elems.slice(0, -2));
    if (!leaves.some((leaf) => leaf.after !== null && isAtOrBelow(leaf.path, entry)))
      entries.push(entry);
  }
  return entries.filter(
    (entry) => !entries.some((outer) => outer !== entry && isAtOrBelow(entry, outer)),
  );
}

/** Whether the leaf named an entry by its key until now, as leafrefs do. */
function refersToAny(leaf: LeafDiff, entries: readonly string[]): boolean {
  if (leaf.before === null) return false;
  const name = parsedPath(leaf.path).elems.at(-1)?.name ?? '';
  return entries.some((entry) => {
    const last = parsedPath(entry).elems.at(-1);
    return name.endsWith(last?.name ?? '/') && last?.key['name'] === String(leaf.before);
  });
}
