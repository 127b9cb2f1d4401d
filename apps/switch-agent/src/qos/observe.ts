import {
  arrayOf,
  numberField,
  numberOr,
  objectAt,
  textOr,
  type Fields,
} from '../kernel/json-fields';
import { parseFilters } from './filters';
import { parseClasses } from './htb-text';
import {
  classId,
  DEFAULT_STATE,
  LINE_CLASS,
  LINE_MINOR,
  leafHandle,
  ROOT_HANDLE,
  type HtbClass,
  type Leaf,
  type PortState,
} from './tree';

/** Disciplines of one device, of `tc -j qdisc show`. */
export interface DeviceDiscs {
  readonly root: Fields | null;
  readonly rest: readonly Fields[];
}

export function discsByDevice(text: string): ReadonlyMap<string, DeviceDiscs> {
  const found = new Map<string, { root: Fields | null; rest: Fields[] }>();
  for (const row of arrayOf(text, 'qdisc')) {
    const dev = textOr(row, 'dev', '');
    const device = found.get(dev) ?? { root: null, rest: [] };
    found.set(dev, device);
    if (row['root'] === true) device.root = row;
    else device.rest.push(row);
  }
  return found;
}

/** The kernel gives its own default no handle; what anybody made has one. */
export function ownership(discs: DeviceDiscs | undefined): PortState['kind'] {
  const root = discs?.root;
  if (root === undefined || root === null || root['handle'] === '0:') return 'default';
  return root['kind'] === 'htb' && root['handle'] === ROOT_HANDLE ? 'owned' : 'foreign';
}

/** What hangs at a port, of its disciplines and, for a tree of this agent, classes and filters. */
export function readPort(
  discs: DeviceDiscs | undefined,
  classes: string,
  filters: string,
): PortState {
  const kind = ownership(discs);
  const root = discs?.root;
  if (kind === 'default' || discs === undefined || root === undefined || root === null)
    return DEFAULT_STATE;
  if (kind === 'foreign')
    return { kind, text: `${textOr(root, 'kind', '?')} ${textOr(root, 'handle', '?')}` };
  const options = objectAt(root['options'], 'qdisc.options');
  const read = readClasses(classes);
  const leaves = readLeaves(discs.rest, read.classes);
  const filtering = parseFilters(filters);
  return {
    kind,
    tree: {
      defaultMinor: Number.parseInt(textOr(options, 'default', '0'), 16),
      line: read.line,
      classes: read.classes,
      leaves: leaves.leaves,
      filters: filtering.filters,
      strange: [...read.strange, ...leaves.strange, ...filtering.strange],
    },
  };
}

function readClasses(text: string): {
  readonly line: HtbClass | null;
  readonly classes: ReadonlyMap<number, HtbClass>;
  readonly strange: readonly string[];
} {
  let line: HtbClass | null = null;
  const classes = new Map<number, HtbClass>();
  const strange: string[] = [];
  for (const { minor, item, parent } of parseClasses(text)) {
    if (minor === LINE_MINOR) line = item;
    else if (parent === LINE_CLASS && minor <= 256) classes.set(minor, item);
    else strange.push(`class ${minor.toString(16)} under ${parent}`);
  }
  return { line, classes, strange };
}

function readLeaves(
  rows: readonly Fields[],
  classes: ReadonlyMap<number, HtbClass>,
): { readonly leaves: ReadonlyMap<number, Leaf>; readonly strange: readonly string[] } {
  const leaves = new Map<number, Leaf>();
  const strange: string[] = [];
  const minors = new Map([...classes.keys()].map((minor) => [classId(minor), minor]));
  for (const row of rows) {
    const parent = textOr(row, 'parent', '');
    const minor = minors.get(parent);
    if (minor !== undefined) leaves.set(minor, readLeaf(row, minor));
    else strange.push(`${textOr(row, 'kind', '?')} ${textOr(row, 'handle', '?')} at ${parent}`);
  }
  return { leaves, strange };
}

function readLeaf(row: Fields, minor: number): Leaf {
  const kind = textOr(row, 'kind', '');
  const handle = textOr(row, 'handle', '');
  const options = objectAt(row['options'] ?? {}, 'qdisc.options');
  if (kind === 'bfifo' && handle === leafHandle('bfifo', minor))
    return { kind, limitBytes: numberField(options, 'limit', 'bfifo') };
  if (kind !== 'red' || handle !== leafHandle('red', minor))
    return { kind: 'other', text: `${kind} ${handle}` };
  return {
    kind,
    limitBytes: numberField(options, 'limit', 'red'),
    minBytes: numberField(options, 'min', 'red'),
    maxBytes: numberField(options, 'max', 'red'),
    weight: numberOr(options, 'ewma', 0),
    probabilityPercent: Math.round(numberOr(options, 'probability', 0) * 100),
    ecn: options['ecn'] === true,
    nodrop: options['nodrop'] === true,
    harddrop: options['harddrop'] === true,
  };
}
