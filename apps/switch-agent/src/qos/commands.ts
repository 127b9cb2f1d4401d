import { redWords } from './red';
import {
  classId,
  DEFAULT_NODE,
  LINE_CLASS,
  leafHandle,
  ROOT_HANDLE,
  type Family,
  type HtbClass,
  type Leaf,
} from './tree';

export type Words = readonly string[];
export type FilterKind = 'u32' | 'flower';

export const addRoot = (dev: string, defaultMinor: number): Words => [
  ...['qdisc', 'add', 'dev', dev, 'root', 'handle', ROOT_HANDLE],
  ...['htb', 'r2q', '10', 'default', defaultMinor.toString(16)],
];
export const deleteRoot = (dev: string): Words => ['qdisc', 'del', 'dev', dev, 'root'];

export const putLine = (dev: string, verb: 'add' | 'change', item: HtbClass): Words => [
  ...['class', verb, 'dev', dev, 'parent', ROOT_HANDLE, 'classid', LINE_CLASS, 'htb'],
  ...rateWords(item),
];

export const putClass = (
  dev: string,
  verb: 'add' | 'change',
  minor: number,
  item: HtbClass,
): Words => [
  ...['class', verb, 'dev', dev, 'parent', LINE_CLASS, 'classid', classId(minor), 'htb'],
  ...['prio', String(item.prio), ...rateWords(item), 'quantum', String(item.quantumBytes)],
];

export const deleteClass = (dev: string, minor: number): Words => [
  ...['class', 'del', 'dev', dev, 'classid', classId(minor)],
];

const rateWords = (item: HtbClass): Words => [
  ...['rate', `${item.rateBps}bit`, 'ceil', `${item.ceilBps}bit`],
  ...['burst', String(item.burstBytes), 'cburst', String(item.ceilBurstBytes)],
];

/** `add` into a new class, `replace` for another kind, `change` for new figures. */
export function putLeaf(
  dev: string,
  verb: 'add' | 'replace' | 'change',
  minor: number,
  leaf: Leaf,
  lineBps: number,
): Words {
  if (leaf.kind === 'other')
    return ['qdisc', verb, 'dev', dev, 'parent', classId(minor), leaf.text];
  const options =
    leaf.kind === 'bfifo' ? ['limit', String(leaf.limitBytes)] : redWords(leaf, lineBps);
  return [
    ...['qdisc', verb, 'dev', dev, 'parent', classId(minor)],
    ...['handle', leafHandle(leaf.kind, minor), leaf.kind, ...options],
  ];
}

const PREFS = { ip: '10', ipv6: '20' } as const;

const filterBase = (dev: string, verb: string, family: Family): Words => [
  ...['filter', verb, 'dev', dev, 'parent', ROOT_HANDLE],
  ...['protocol', family, 'pref', PREFS[family]],
];

/** One filter of a table: for a DSCP, or for all that the others leave. */
export interface FilterPlace {
  readonly dev: string;
  readonly family: Family;
  readonly kind: FilterKind;
  readonly node: number;
  /** Number of a u32 table that is there already; '' for the kernel to choose. */
  readonly table: string;
}

export function putFilter(place: FilterPlace, verb: 'add' | 'change', minor: number): Words {
  const { dev, family, kind, node } = place;
  const tos = `0x${((node - 1) << 2).toString(16)}`;
  const all = node === DEFAULT_NODE;
  const base = [...filterBase(dev, verb, family), 'handle', handleOf(place), kind];
  if (kind === 'flower')
    return [...base, ...(all ? [] : ['ip_tos', `${tos}/0xfc`]), 'classid', classId(minor)];
  const match = all ? ['u32', '0', '0'] : [...U32_FIELD[family], tos, '0xfc'];
  return [...base, 'match', ...match, 'flowid', classId(minor)];
}

const U32_FIELD = { ip: ['ip', 'dsfield'], ipv6: ['ip6', 'priority'] } as const;

export const deleteFilter = (place: FilterPlace): Words => [
  ...filterBase(place.dev, 'del', place.family),
  ...['handle', handleOf(place), place.kind],
];

const handleOf = ({ kind, node, table }: FilterPlace): string =>
  kind === 'flower' ? String(node) : `${table}::${node.toString(16)}`;

export const deleteTable = (dev: string, family: Family): Words => filterBase(dev, 'del', family);
