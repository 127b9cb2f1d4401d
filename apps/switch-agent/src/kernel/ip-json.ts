/**
 * What `ip -j -N` prints, read strictly: a field of another type than expected is an error that
 * names it, because a silent default here would become a wrong weight on a real switch.
 * Shapes follow iproute2 6.1 to 6.15 (ip/ipnexthop.c, iproute.c, ipaddress.c print functions).
 */

export class KernelOutputError extends Error {
  constructor(where: string, found: unknown) {
    super(
      `unexpected output of ip at ${where}: ${JSON.stringify(found)?.slice(0, 120) ?? 'nothing'}`,
    );
    this.name = 'KernelOutputError';
  }
}

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
      readonly protocol: number;
    }
  /** Black holes, FDB entries and whatever later kernels add: seen, never touched. */
  | { readonly kind: 'other'; readonly id: number; readonly protocol: number };

export interface KernelRoute {
  /** Canonical prefix, always with a length: `10.0.0.0/24`, `0.0.0.0/0`. */
  readonly prefix: string;
  readonly protocol: number;
  readonly metric: number;
  /** Nexthop object it points at; null for the older form with next hops of its own. */
  readonly nexthopId: number | null;
  readonly hops: readonly {
    readonly gateway: string;
    readonly dev: string;
    readonly weight: number;
  }[];
}

type Fields = Readonly<Record<string, unknown>>;

export function parseLinks(text: string): readonly LinkState[] {
  return rows(text, 'link').map((row, position) => {
    const at = `link[${position}]`;
    const flags = list(row, 'flags', at);
    return {
      name: textField(row, 'ifname', at),
      ifindex: numberField(row, 'ifindex', at),
      mtu: numberField(row, 'mtu', at),
      loopback: flags.includes('LOOPBACK'),
      up: flags.includes('UP'),
      carrier: flags.includes('LOWER_UP'),
      operState: textField(row, 'operstate', at),
      counters: parseCounters(row, at),
    };
  });
}

function parseCounters(row: Fields, at: string): LinkCounters {
  const stats = object(row['stats64'] ?? row['stats'], `${at}.stats64`);
  const rx = object(stats['rx'], `${at}.stats64.rx`);
  const tx = object(stats['tx'], `${at}.stats64.tx`);
  return {
    inOctets: bigintField(rx, 'bytes', at),
    inPkts: bigintField(rx, 'packets', at),
    inErrors: bigintField(rx, 'errors', at),
    inDiscards: bigintField(rx, 'dropped', at),
    outOctets: bigintField(tx, 'bytes', at),
    outPkts: bigintField(tx, 'packets', at),
    outErrors: bigintField(tx, 'errors', at),
    outDiscards: bigintField(tx, 'dropped', at),
  };
}

export function parseNexthops(text: string): readonly KernelNexthop[] {
  return rows(text, 'nexthop').map((row, position) => {
    const at = `nexthop[${position}]`;
    const id = numberField(row, 'id', at);
    const protocol = protocolField(row, at);
    if (Array.isArray(row['group'])) {
      const members = row['group'].map((item, index) => {
        const member = object(item, `${at}.group[${index}]`);
        return {
          id: numberField(member, 'id', `${at}.group[${index}]`),
          // iproute2 leaves out a weight of one.
          weight: member['weight'] === undefined ? 1 : numberField(member, 'weight', at),
        };
      });
      // Resilient groups carry a type of their own and are not made by this agent.
      return row['type'] === undefined || row['type'] === 'mpath'
        ? { kind: 'group', id, members, protocol }
        : { kind: 'other', id, protocol };
    }
    if (
      typeof row['dev'] !== 'string' ||
      row['blackhole'] !== undefined ||
      row['fdb'] !== undefined
    )
      return { kind: 'other', id, protocol };
    const gateway = typeof row['gateway'] === 'string' ? row['gateway'] : '';
    return { kind: 'single', id, gateway, dev: row['dev'], protocol };
  });
}

export function parseRoutes(text: string): readonly KernelRoute[] {
  return rows(text, 'route').map((row, position) => {
    const at = `route[${position}]`;
    return {
      prefix: canonicalPrefix(textField(row, 'dst', at)),
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
    return parseHop(object(item, where), where);
  });
}

function parseHop(row: Fields, at: string): KernelRoute['hops'][number] {
  return {
    gateway: typeof row['gateway'] === 'string' ? row['gateway'] : '',
    dev: textField(row, 'dev', at),
    weight: row['weight'] === undefined ? 1 : numberField(row, 'weight', at),
  };
}

/** iproute2 prints `default` for the whole space and leaves out the length of host routes. */
function canonicalPrefix(dst: string): string {
  if (dst === 'default') return '0.0.0.0/0';
  return dst.includes('/') ? dst : `${dst}/32`;
}

/**
 * A 400 Gb/s port counts beyond 2^53 octets in about two days, where JSON.parse would lose digits:
 * long integers outside of strings become strings first.
 */
const STRING_OR_LONG_INTEGER = /"(?:[^"\\]|\\.)*"|\d{16,}/g;
const quoteLongInteger = (token: string): string => (token.startsWith('"') ? token : `"${token}"`);

function rows(text: string, what: string): readonly Fields[] {
  // `ip -j` prints nothing at all, not `[]`, for some empty tables.
  if (text.trim() === '') return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(STRING_OR_LONG_INTEGER, quoteLongInteger));
  } catch {
    throw new KernelOutputError(what, text);
  }
  if (!Array.isArray(parsed)) throw new KernelOutputError(what, parsed);
  // Older versions print empty objects for filtered entries.
  return parsed
    .map((row, position) => object(row, `${what}[${position}]`))
    .filter((row) => Object.keys(row).length > 0);
}

function object(value: unknown, at: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new KernelOutputError(at, value);
  return value as Fields;
}

function textField(row: Fields, name: string, at: string): string {
  const value = row[name];
  if (typeof value !== 'string') throw new KernelOutputError(`${at}.${name}`, value);
  return value;
}

function numberField(row: Fields, name: string, at: string): number {
  const value = row[name];
  if (typeof value !== 'number') throw new KernelOutputError(`${at}.${name}`, value);
  return value;
}

function bigintField(row: Fields, name: string, at: string): bigint {
  const value = row[name];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^\d+$/.test(value)) return BigInt(value);
  throw new KernelOutputError(`${at}.${name}`, value);
}

/** With -N the protocol is a number in a string; without one, RTPROT_UNSPEC or boot is left out. */
function protocolField(row: Fields, at: string): number {
  const value = row['protocol'];
  if (value === undefined) return 3;
  const parsed = Number(value);
  if (!Number.isInteger(parsed)) throw new KernelOutputError(`${at}.protocol`, value);
  return parsed;
}

function list(row: Fields, name: string, at: string): readonly unknown[] {
  const value = row[name];
  if (!Array.isArray(value)) throw new KernelOutputError(`${at}.${name}`, value);
  return value;
}
