import {
  addRoot,
  deleteClass,
  deleteFilter,
  deleteRoot,
  deleteTable,
  putClass,
  putFilter,
  putLeaf,
  putLine,
  type FilterKind,
  type Words,
} from './commands';
import {
  byMinor,
  classText,
  leafText,
  FAMILIES,
  type Family,
  type Filters,
  type PortState,
  type TcTree,
} from './tree';

/**
 * Commands that take a port from what hangs there to what should. New weights and sizes are changes
 * in place, with the packets that wait left where they are; only another default class, or a tree
 * that is not whole, has the root made anew. Nothing is done to a root of somebody else.
 */
export function planPort(
  dev: string,
  observed: PortState,
  target: PortState,
  kind: FilterKind,
): readonly Words[] {
  if (target.kind === 'foreign') return [];
  if (observed.kind === 'foreign') throw new TypeError(`${dev}: root is ${observed.text}`);
  if (target.kind === 'default') return observed.kind === 'default' ? [] : [deleteRoot(dev)];
  if (observed.kind === 'default') return build(dev, target.tree, kind);
  if (observed.tree.defaultMinor !== target.tree.defaultMinor || observed.tree.line === null)
    return [deleteRoot(dev), ...build(dev, target.tree, kind)];
  return change(dev, observed.tree, target.tree, kind);
}

function build(dev: string, tree: TcTree, kind: FilterKind): readonly Words[] {
  const { line } = tree;
  const root = addRoot(dev, tree.defaultMinor);
  if (line === null) return [root];
  return [
    root,
    putLine(dev, 'add', line),
    ...byMinor(tree.classes).map(([minor, item]) => putClass(dev, 'add', minor, item)),
    ...byMinor(tree.leaves).map(([minor, leaf]) => putLeaf(dev, 'add', minor, leaf, line.rateBps)),
    ...(tree.filters === null ? [] : addFilters(dev, tree.filters, kind)),
  ];
}

function change(dev: string, from: TcTree, to: TcTree, kind: FilterKind): readonly Words[] {
  const line = to.line;
  if (line === null || from.line === null) throw new TypeError(`${dev}: no class for the port`);
  const commands: Words[] = [];
  const newLine = classText(from.line) !== classText(line);
  if (newLine) commands.push(putLine(dev, 'change', line));
  for (const [minor, item] of byMinor(to.classes)) {
    const present = from.classes.get(minor);
    if (present === undefined) commands.push(putClass(dev, 'add', minor, item));
    else if (classText(present) !== classText(item))
      commands.push(putClass(dev, 'change', minor, item));
  }
  for (const [minor, leaf] of byMinor(to.leaves)) {
    const present = from.classes.has(minor) ? from.leaves.get(minor) : undefined;
    // RED's memory of an idle link is set by the port's rate, so a new rate sets it again.
    const same = present !== undefined && leafText(present) === leafText(leaf);
    if (same && !(newLine && leaf.kind === 'red')) continue;
    const verb = present === undefined ? 'add' : present.kind === leaf.kind ? 'change' : 'replace';
    commands.push(putLeaf(dev, verb, minor, leaf, line.rateBps));
  }
  commands.push(...changeFilters(dev, from.filters, to.filters, kind));
  for (const [minor] of byMinor(from.classes))
    if (!to.classes.has(minor)) commands.push(deleteClass(dev, minor));
  return commands;
}

function changeFilters(
  dev: string,
  from: Filters | null,
  to: Filters | null,
  kind: FilterKind,
): readonly Words[] {
  const present = FAMILIES.filter((family) => from !== null && from[family].size > 0);
  if (from !== null && to !== null && present.length === FAMILIES.length)
    return FAMILIES.flatMap((family) => changeTable(dev, family, from, to, kind));
  const gone = present.map((family) => deleteTable(dev, family));
  return to === null ? gone : [...gone, ...addFilters(dev, to, kind)];
}

function changeTable(
  dev: string,
  family: Family,
  from: Filters,
  to: Filters,
  kind: FilterKind,
): readonly Words[] {
  const commands: Words[] = [];
  const table = from.numbers[family];
  for (const [node, minor] of byMinor(to[family])) {
    const present = from[family].get(node);
    if (present === minor) continue;
    const verb = present === undefined ? 'add' : 'change';
    commands.push(putFilter({ dev, family, kind, node, table }, verb, minor));
  }
  for (const [node] of byMinor(from[family]))
    if (!to[family].has(node)) commands.push(deleteFilter({ dev, family, kind, node, table }));
  return commands;
}

const addFilters = (dev: string, filters: Filters, kind: FilterKind): readonly Words[] =>
  FAMILIES.flatMap((family) =>
    byMinor(filters[family]).map(([node, minor]) =>
      putFilter({ dev, family, kind, node, table: '' }, 'add', minor),
    ),
  );
