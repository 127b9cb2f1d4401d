import { invalidArgument, type GnmiError } from '../error';
import type { LeafMap, LeafValue } from '../leaf';
import { parsedPath } from '../parse-cache';
import { formatElem, formatPath } from '../path';
import { describeType, normalise } from './leaf-type';
import { listKeys, schemaNode } from './schema';

const PROFILE = '/qos/queue-management-profiles/queue-management-profile';
const BUFFERS = '/qos/buffer-allocation-profiles/buffer-allocation-profile';
const SCHEDULERS = '/qos/scheduler-policies/scheduler-policy';
const PORT = '/qos/interfaces/interface';

/** Leaves that name an entry of a list: the entry must be there as long as the leaf is. */
const REFERENCES: Readonly<Record<string, string>> = {
  [`${PORT}/output/queues/queue/config/queue-management-profile`]: PROFILE,
  [`${PORT}/input/virtual-output-queues/voq-interface/queues/queue/config/queue-management-profile`]:
    PROFILE,
  ...Object.fromEntries(
    ['input', 'output'].flatMap((side) =>
      ['', 'unicast-', 'multicast-'].map((cast) => [
        `${PORT}/${side}/config/${cast}buffer-allocation-profile`,
        BUFFERS,
      ]),
    ),
  ),
  [`${PORT}/output/scheduler-policy/config/name`]: SCHEDULERS,
};

/** Leaves of one container of which the first must not exceed the second. */
const ORDERED = [
  ['min-threshold', 'max-threshold'],
  ['min-threshold-percent', 'max-threshold-percent'],
] as const;

/** Leaves of one container that exclude each other. */
const EXCLUSIVE = [
  ['min-threshold', 'min-threshold-percent'],
  ['max-threshold', 'max-threshold-percent'],
  ['dedicated-buffer', 'dedicated-buffer-temporal'],
  ['static-shared-buffer-limit', 'static-shared-buffer-limit-temporal'],
] as const;

/**
 * Whether a whole configuration holds together: types and ranges, keys that agree with their
 * `config` leaves, references that lead somewhere, thresholds in order. The first violation, or
 * null. Refuses what featureprofiles DP-1.3 asks a target to refuse.
 */
export function checkConfig(config: LeafMap): GnmiError | null {
  // Types first: the comparisons below rely on them.
  for (const [path, value] of config) {
    const violation = checkLeaf(path, value);
    if (violation !== null) return violation;
  }
  const entries = entriesOf(config);
  for (const [path, value] of config) {
    const violation = checkReference(path, value, entries) ?? checkSiblings(path, value, config);
    if (violation !== null) return violation;
  }
  return null;
}

/** One leaf by itself: known, writable, of its type, and equal to the key that it repeats. */
export function checkLeaf(path: string, value: LeafValue): GnmiError | null {
  const { elems, schemaPath } = parsedPath(path);
  const node = schemaNode(schemaPath);
  if (node?.kind !== 'leaf' || !node.config)
    return invalidArgument(`${path} is not a configuration leaf`);
  if (normalise(value, node.type) === null)
    return invalidArgument(`${path}: ${JSON.stringify(value)} is not ${describeType(node.type)}`);
  const keyed = keysComplete(path);
  if (keyed !== null) return keyed;
  const owner = elems.at(-3);
  const expected = owner?.key[elems.at(-1)?.name ?? ''];
  if (expected !== undefined && expected !== String(value))
    return invalidArgument(`${path}: ${JSON.stringify(value)} differs from the key of its entry`);
  return null;
}

/** Every list on the way is entered with exactly its keys, and nothing else has keys. */
export function keysComplete(path: string): GnmiError | null {
  if (complete.has(path)) return null;
  const { elems } = parsedPath(path);
  let schemaPath = '';
  for (const elem of elems) {
    schemaPath += `/${elem.name}`;
    const want = listKeys(schemaPath) ?? [];
    const have = Object.keys(elem.key);
    if (want.length !== have.length || !want.every((name) => name in elem.key))
      return invalidArgument(`${path}: ${elem.name} wants the keys [${want.join(', ')}]`);
  }
  if (complete.size >= MAX_COMPLETE) complete.clear();
  complete.add(path);
  return null;
}

/** Paths found complete before: the same ones come with every configuration. Bounded. */
const complete = new Set<string>();
const MAX_COMPLETE = 262_144;

/** List entries that exist, as `schema path` + canonical keys of all lists on the way. */
function entriesOf(config: LeafMap): ReadonlySet<string> {
  const targets = new Set(Object.values(REFERENCES));
  const found = new Set<string>();
  for (const path of config.keys()) {
    const { elems, schemaPath: whole } = parsedPath(path);
    if (!Object.values(REFERENCES).some((target) => whole.startsWith(target))) continue;
    let schemaPath = '';
    for (const [index, elem] of elems.entries()) {
      schemaPath += `/${elem.name}`;
      if (targets.has(schemaPath)) found.add(formatPath(elems.slice(0, index + 1)));
    }
  }
  return found;
}

function checkReference(
  path: string,
  value: LeafValue,
  entries: ReadonlySet<string>,
): GnmiError | null {
  const list = REFERENCES[parsedPath(path).schemaPath];
  if (list === undefined) return null;
  const [parent, name] = [
    list.slice(0, list.lastIndexOf('/')),
    list.slice(list.lastIndexOf('/') + 1),
  ];
  if (entries.has(`${parent}/${formatElem({ name, key: { name: String(value) } })}`)) return null;
  return invalidArgument(`${path} names ${JSON.stringify(value)}, which is not configured`);
}

function checkSiblings(path: string, value: LeafValue, config: LeafMap): GnmiError | null {
  const at = path.lastIndexOf('/') + 1;
  const [parent, name] = [path.slice(0, at), path.slice(at)];
  for (const [low, high] of ORDERED) {
    const limit = name === low ? config.get(parent + high) : undefined;
    if (limit !== undefined && BigInt(value) > BigInt(limit))
      return invalidArgument(`${path}: ${value} is above ${high} ${limit}`);
  }
  for (const [one, other] of EXCLUSIVE) {
    if (name === one && config.has(parent + other))
      return invalidArgument(`${path} and ${other} exclude each other`);
  }
  return null;
}
