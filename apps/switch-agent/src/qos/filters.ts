import { arrayOf, objectAt, textOr, type Fields } from '../kernel/json-fields';
import { DEFAULT_NODE, nodeOf, U32_NUMBERS, type Family, type Filters } from './tree';

/** Families by the ways in which tc prints them: by name, or with -N by number. */
const PROTOCOLS: Readonly<Record<string, Family>> = {
  ip: 'ip',
  '[2048]': 'ip',
  ipv6: 'ipv6',
  '[34525]': 'ipv6',
};

/** A DSCP is bits 2 to 7 of the second byte in IPv4, and bits 22 to 27 of the first word in IPv6. */
const U32_MATCH = {
  ip: { mask: 'fc0000', shift: 18 },
  ipv6: { mask: 'fc00000', shift: 22 },
} as const;

/**
 * The DSCP filters among `tc -j filter show`; null when there are none at all. What is no filter of
 * the agent's making comes as lines of text.
 */
export function parseFilters(text: string): {
  readonly filters: Filters | null;
  readonly strange: readonly string[];
} {
  const tables = { ip: new Map<number, number>(), ipv6: new Map<number, number>() };
  const numbers: Record<Family, string> = { ...U32_NUMBERS };
  const strange: string[] = [];
  for (const [position, row] of arrayOf(text, 'filter').entries()) {
    if (row['options'] === undefined) continue;
    const options = objectAt(row['options'], `filter[${position}].options`);
    const kind = textOr(row, 'kind', '');
    const family = PROTOCOLS[textOr(row, 'protocol', '')];
    // A table announces itself before its filters.
    if (options['ht_divisor'] !== undefined) {
      if (family !== undefined) numbers[family] = textOr(options, 'fh', '').replace(/:$/, '');
      continue;
    }
    const found = family === undefined ? null : filterOf(kind, family, options);
    if (family === undefined || found === null || tables[family].has(found.node))
      strange.push(`filter ${JSON.stringify(row)}`);
    else tables[family].set(found.node, found.minor);
  }
  const none = tables.ip.size + tables.ipv6.size === 0;
  return { filters: none ? null : { ...tables, numbers }, strange };
}

interface Found {
  readonly node: number;
  readonly minor: number;
}

function filterOf(kind: string, family: Family, options: Fields): Found | null {
  const id = textOr(options, kind === 'flower' ? 'classid' : 'flowid', '');
  const minor = Number.parseInt(id.split(':')[1] ?? '', 16);
  const node = kind === 'flower' ? flowerNode(options) : u32Node(family, options);
  if (node === null || Number.isNaN(minor)) return null;
  // What the number says and what is matched must be one and the same.
  const own = kind === 'flower' ? options['handle'] : handleNode(textOr(options, 'fh', ''));
  return own === node ? { node, minor } : null;
}

const handleNode = (handle: string): number => Number.parseInt(handle.split(':').at(-1) ?? '', 16);

function u32Node(family: Family, options: Fields): number | null {
  if (options['match'] === undefined) return null;
  const match = objectAt(options['match'], 'match');
  const [value, mask] = [textOr(match, 'value', ''), textOr(match, 'mask', '')];
  if (mask === '0') return DEFAULT_NODE;
  const want = U32_MATCH[family];
  if (mask !== want.mask || match['off'] !== 0) return null;
  return nodeOf(Number.parseInt(value, 16) >> want.shift);
}

function flowerNode(options: Fields): number | null {
  const keys = objectAt(options['keys'] ?? {}, 'keys');
  const tos = keys['ip_tos'];
  if (tos === undefined) return DEFAULT_NODE;
  return typeof tos === 'number' && keys['ip_tos_mask'] === 'fc' ? nodeOf(tos >> 2) : null;
}
