import type { PrefixCounters } from '../kernel/accounting';
import type { KernelRoute } from '../kernel/ip-json';
import type { KernelSnapshot } from '../kernel/kernel';
import { AFTS, entry } from '../routes/paths';
import { isIpv6Prefix } from '../routes/static-route';
import { group, type LeafGroup } from './leaf-group';

/** Route protocols (rtnetlink.h, /etc/iproute2/rt_protos) in OpenConfig's identities. */
const ORIGINS: ReadonlyMap<number, string> = new Map([
  [2, 'DIRECTLY_CONNECTED'],
  [3, 'STATIC'],
  [4, 'STATIC'],
  [186, 'BGP'],
  [187, 'ISIS'],
  [188, 'OSPF'],
  [196, 'STATIC'],
]);

interface Hop {
  readonly index: bigint;
  /** Empty: on the link, or nowhere. */
  readonly gateway: string;
  readonly dev: string;
}

interface HopGroup {
  readonly id: bigint;
  readonly members: readonly { readonly index: bigint; readonly weight: number }[];
}

/**
 * The forwarding table as it is in the kernel, whoever put it there. Next hops and groups have the
 * ids of the kernel's nexthop objects. A route that has next hops of its own (the older form), or
 * that points at one next hop without a group, is shown with a group as the model wants one.
 */
export function aftGroups(
  snapshot: KernelSnapshot,
  counters: ReadonlyMap<string, PrefixCounters>,
  protocol: number,
): readonly LeafGroup[] {
  const hops = new Map<bigint, Hop>();
  const groups = new Map<bigint, HopGroup>();
  for (const nexthop of snapshot.nexthops) {
    const id = BigInt(nexthop.id);
    if (nexthop.kind === 'single')
      hops.set(id, { index: id, gateway: nexthop.gateway, dev: nexthop.dev });
    if (nexthop.kind === 'blackhole') hops.set(id, { index: id, gateway: '', dev: '' });
    if (nexthop.kind !== 'group') continue;
    const members = nexthop.members.map((item) => ({ ...item, index: BigInt(item.id) }));
    groups.set(id, { id, members });
  }
  const entries: LeafGroup[] = [];
  const seen = new Set<string>();
  for (const route of snapshot.routes) {
    // The kernel lists the routes of a prefix by metric; only the first one forwards.
    if (seen.has(route.prefix)) continue;
    seen.add(route.prefix);
    const id = groupOf(route, hops, groups);
    entries.push(entryGroup(route, id, counters.get(route.prefix), protocol));
  }
  return [
    ...entries,
    ...[...groups.values()].flatMap(groupLeaves),
    ...[...hops.values()].map(hopLeaves),
  ];
}

/** Id of the group that a route goes by, made up where the kernel has none; null for a black hole. */
function groupOf(
  route: KernelRoute,
  hops: Map<bigint, Hop>,
  groups: Map<bigint, HopGroup>,
): bigint | null {
  if (route.nexthopId !== null) {
    const id = BigInt(route.nexthopId);
    if (!groups.has(id) && hops.has(id))
      groups.set(id, { id, members: [{ index: id, weight: 1 }] });
    return id;
  }
  if (route.hops.length === 0) return null;
  const members = route.hops.map(({ gateway, dev, weight }) => {
    const index = madeUpId(`${gateway} ${dev}`);
    hops.set(index, { index, gateway, dev });
    return { index, weight };
  });
  const id = madeUpId(members.map(({ index, weight }) => `${index},${weight}`).join('/'));
  groups.set(id, { id, members });
  return id;
}

/** The same for the same text, and above all ids of the kernel, which have 32 bits (FNV-1a). */
function madeUpId(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const octet of Buffer.from(text))
    hash = BigInt.asUintN(64, (hash ^ BigInt(octet)) * 0x100000001b3n);
  return (1n << 32n) + (hash & 0xffffffffffn);
}

function entryGroup(
  route: KernelRoute,
  id: bigint | null,
  counters: PrefixCounters | undefined,
  protocol: number,
): LeafGroup {
  const origin = route.protocol === protocol ? 'STATIC' : ORIGINS.get(route.protocol);
  const { prefix } = route;
  const path = isIpv6Prefix(prefix)
    ? entry(`${AFTS}/ipv6-unicast`, 'ipv6-entry', { prefix })
    : entry(`${AFTS}/ipv4-unicast`, 'ipv4-entry', { prefix });
  return group(path, {
    'state/prefix': prefix,
    'state/origin-protocol': origin ?? null,
    'state/next-hop-group': id,
    'state/counters/octets-forwarded': counters?.octets ?? null,
    'state/counters/packets-forwarded': counters?.packets ?? null,
  });
}

function groupLeaves({ id, members }: HopGroup): readonly LeafGroup[] {
  const path = `${AFTS}/next-hop-groups/next-hop-group[id=${id}]`;
  return [
    group(path, { 'state/id': id }),
    ...members.map((member) =>
      group(`${path}/next-hops/next-hop[index=${member.index}]`, {
        'state/index': member.index,
        'state/weight': BigInt(member.weight),
      }),
    ),
  ];
}

function hopLeaves({ index, gateway, dev }: Hop): LeafGroup {
  return group(`${AFTS}/next-hops/next-hop[index=${index}]`, {
    'state/index': index,
    'state/ip-address': gateway === '' ? null : gateway,
    'interface-ref/state/interface': dev === '' ? null : dev,
  });
}
