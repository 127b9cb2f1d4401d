/**
 * What `ip -j -N` prints, read strictly: a field of another type than expected is an error that
 * names it, because a silent default here would become a wrong weight on a real switch.
 * Shapes as iproute2 6.1 prints them.
 */
import {
  arrayOf,
  countField,
  KernelOutputError,
  listField,
  numberField,
  objectAt,
  textField,
  textOr,
  type Fields,
} from './json-fields';

export interface LinkState {
  readonly name: string;
  readonly ifindex: number;
  readonly mtu: number;
  readonly loopback: boolean;
  /** Administratively up. */
  readonly up: boolean;
  /** Carrier present: frames can leave. */
  readonly carrier: boolean;
  readonly operState: string;
  /** Empty when there is none. */
  readonly alias: string;
  readonly counters: LinkCounters;
}

/** Totals since the interface was made; 64 bit, hence bigint. */
export interface LinkCounters {
  readonly inOctets: bigint;
  readonly inPkts: bigint;
  readonly inErrors: bigint;
  readonly inDiscards: bigint;
  readonly outOctets: bigint;
  readonly outPkts: bigint;
  readonly outErrors: bigint;
  readonly outDiscards: bigint;
  readonly inMulticastPkts: bigint;
  /** Null where this version of `ip` does not print them. */
  readonly inCrcErrors: bigint | null;
  readonly carrierChanges: bigint | null;
}

/** A nexthop object of the kernel: one way out, or a weighted group of them. */
export type KernelNexthop =
  | {
      readonly kind: 'single';
      readonly id: number;
      /** Empty when the neighbour is on the link. */
      readonly gateway: string;
      readonly dev: string;
      readonly protocol: number;
    }
  | {
      readonly kind: 'group';
      readonly id: number;
      /** In the kernel's order; weights 1 and above. */
      readonly members: readonly { readonly id: number; readonly weight: number }[];
      /** Hash buckets of a resilient group; 0: a plain one. */
      readonly buckets: number;
      readonly protocol: number;
    }
  | { readonly kind: 'blackhole'; readonly id: number; readonly protocol: number }
  /** FDB entries and whatever later kernels add: seen, never touched. */
  | { readonly kind: 'other'; readonly id: number; readonly protocol: number };

export interface KernelRoute {
  /** Canonical prefix, always with a length: `10.0.0.0/24`, `0.0.0.0/0`. */
  readonly prefix: string;
  readonly protocol: number;
  readonly metric: number;
  /** Packets are dropped; there are no hops then. */
  readonly blackhole: boolean;
  /** Nexthop object it points at; null for the older form with next hops of its own. */
  readonly nexthopId: number | null;
  readonly hops: readonly {
    readonly gateway: string;
    readonly dev: string;
    readonly weight: number;
  }[];
}

export function parseLinks(text: string): readonly LinkState[] {
  return arrayOf(text, 'link').map((row, position) => {
    const at = `link[${position}]`;
    const flags = listField(row, 'flags', at);
    return {
      name: textField(row, 'ifname', at),
      ifindex: numberField(row, 'ifindex', at),
      mtu: numberField(row, 'mtu', at),
      loopback: flags.includes('LOOPBACK'),
      up: flags.includes('UP'),
      carrier: flags.includes('LOWER_UP'),
      operState: textField(row, 'operstate', at),
      alias: textOr(row, 'ifalias', ''),
      counters: parseCounters(row, at),
    };
  });
}

function parseCounters(row: Fields, at: string): LinkCounters {
  const stats = objectAt(row['stats64'] ?? row['stats'], `${at}.stats64`);
  const rx = objectAt(stats['rx'], `${at}.stats64.rx`);
  const tx = objectAt(stats['tx'], `${at}.stats64.tx`);
  return {
    inOctets: countField(rx, 'bytes', at),
    inPkts: countField(rx, 'packets', at),
    inErrors: countField(rx, 'errors', at),
    inDiscards: countField(rx, 'dropped', at),
    outOctets: countField(tx, 'bytes', at),
    outPkts: countField(tx, 'packets', at),
    outErrors: countField(tx, 'errors', at),
    outDiscards: countField(tx, 'dropped', at),
    inMulticastPkts: countField(rx, 'multicast', at),
    inCrcErrors: rx['crc_errors'] === undefined ? null : countField(rx, 'crc_errors', at),
    carrierChanges:
      tx['carrier_changes'] === undefined ? null : countField(tx, 'carrier_changes', at),
  };
}

export function parseNexthops(text: string): readonly KernelNexthop[] {
  return arrayOf(text, 'nexthop').map((row, position) => {
    const at = `nexthop[${position}]`;
    const id = numberField(row, 'id', at);
    const protocol = protocolField(row, at);
    if (Array.isArray(row['group'])) {
      const members = row['group'].map((item, index) => {
        const member = objectAt(item, `${at}.group[${index}]`);
        return {
          id: numberField(member, 'id', `${at}.group[${index}]`),
          // iproute2 leaves out a weight of one.
          weight: member['weight'] === undefined ? 1 : numberField(member, 'weight', at),
        };
      });
      const type = row['type'] ?? 'mpath';
      if (type !== 'mpath' && type !== 'resilient') return { kind: 'other', id, protocol };
      const more = `${at}.resilient_args`;
      const buckets =
        type === 'mpath' ? 0 : numberField(objectAt(row['resilient_args'], more), 'buckets', more);
      return { kind: 'group', id, members, buckets, protocol };
    }
    if (row['blackhole'] !== undefined) return { kind: 'blackhole', id, protocol };
    if (typeof row['dev'] !== 'string' || row['fdb'] !== undefined)
      return { kind: 'other', id, protocol };
    return { kind: 'single', id, gateway: gatewayOf(row), dev: row['dev'], protocol };
  });
}

/** Routes of the main table that forward or drop, of `ip -N route show table all`. */
export function parseRoutes(text: string): readonly KernelRoute[] {
  return arrayOf(text, 'route').flatMap((row, position) => {
    const at = `route[${position}]`;
    // Other tables are told by their number; addresses of this machine have types of their own.
    const type = row['type'] ?? UNICAST;
    if (row['table'] !== undefined || (type !== UNICAST && type !== BLACKHOLE)) return [];
    return {
      prefix: canonicalPrefix(row, textField(row, 'dst', at)),
      blackhole: type === BLACKHOLE,
      protocol: protocolField(row, at),
      metric: row['metric'] === undefined ? 0 : numberField(row, 'metric', at),
      nexthopId: row['nhid'] === undefined ? null : numberField(row, 'nhid', at),
      hops: parseHops(row, at),
    };
  });
}

function parseHops(row: Fields, at: string): KernelRoute['hops'] {
  const several = row['nexthops'];
  if (!Array.isArray(several)) return row['dev'] === undefined ? [] : [parseHop(row, at)];
  return several.map((item, index) => {
    const where = `${at}.nexthops[${index}]`;
    return parseHop(objectAt(item, where), where);
  });
}

function parseHop(row: Fields, at: string): KernelRoute['hops'][number] {
  return {
    gateway: gatewayOf(row),
    dev: textField(row, 'dev', at),
    weight: row['weight'] === undefined ? 1 : numberField(row, 'weight', at),
  };
}

/** A neighbour of the other family stands below `via` (RFC 5549). Empty: on the link. */
function gatewayOf(row: Fields): string {
  const { gateway, via } = row;
  if (typeof gateway === 'string') return gateway;
  const host = typeof via === 'object' && via !== null ? (via as Fields)['host'] : undefined;
  return typeof host === 'string' ? host : '';
}

/** iproute2 prints `default` for the whole space and leaves out the length of host routes. */
function canonicalPrefix(row: Fields, dst: string): string {
  // Only routes of IPv6 have a router preference (RFC 4191).
  if (dst === 'default') return row['pref'] === undefined ? '0.0.0.0/0' : '::/0';
  if (dst.includes('/')) return dst;
  return dst.includes(':') ? `${dst}/128` : `${dst}/32`;
}

/** Route types of rtnetlink.h as -N prints them; one that forwards is left out. */
const [UNICAST, BLACKHOLE] = ['1', '6'];

/** With -N the protocol is a number in a string; without one, RTPROT_UNSPEC or boot is left out. */
function protocolField(row: Fields, at: string): number {
  const value = row['protocol'];
  if (value === undefined) return 3;
  const parsed = Number(value);
  if (!Number.isInteger(parsed)) throw new KernelOutputError(`${at}.protocol`, value);
  return parsed;
}
