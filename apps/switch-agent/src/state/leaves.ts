import type { StateValue } from '@weir/gnmi-server';
import type { LinkState } from '../kernel/ip-json';
import type { KernelSnapshot } from '../kernel/kernel';
import { AFTS, entry, nextHopPath } from '../routes/paths';
import type { StaticRoute } from '../routes/static-route';
import type { PrefixCounters } from '../kernel/accounting';
import type { QueueState } from '../kernel/queues';
import type { QueueDepths } from './queue-depths';

/** State leaves of one list entry: names below `path`, and their values in the same order. */
export interface LeafGroup {
  readonly path: string;
  readonly leaves: readonly string[];
  readonly values: readonly (StateValue | null)[];
}

export interface StateInput {
  readonly snapshot: KernelSnapshot;
  readonly routes: readonly StaticRoute[];
  readonly counters: ReadonlyMap<string, PrefixCounters>;
  readonly queues: readonly QueueState[];
  readonly depths: QueueDepths;
  /** Time of the last change of oper-status by interface, ns since the epoch. */
  readonly lastChangeNs: ReadonlyMap<string, bigint>;
  readonly bootTimeNs: bigint;
  readonly protocol: number;
}

/** Everything that a Linux switch reports, as it stood at the time of the snapshot. */
export function stateLeaves(input: StateInput): readonly LeafGroup[] {
  return [
    group('/system', { 'state/boot-time': input.bootTimeNs }),
    ...input.snapshot.links
      .filter((link) => !link.loopback)
      .map((link) => interfaceGroup(link, input)),
    ...input.queues.map((queue) => queueGroup(queue, input.depths)),
    ...staticGroups(input),
    ...entryGroups(input),
    ...nexthopGroups(input.snapshot),
  ];
}

function interfaceGroup(link: LinkState, input: StateInput): LeafGroup {
  const { counters } = link;
  // What the port's own queue dropped was never handed to the driver, so the link does not count it.
  const queue = input.queues.find((item) => item.dev === link.name && item.root);
  const outDiscards = counters.outDiscards + (queue?.drops ?? 0n);
  return group(entry('/interfaces', 'interface', { name: link.name }), {
    'state/name': link.name,
    'state/ifindex': link.ifindex,
    'state/mtu': link.mtu,
    'state/admin-status': link.up ? 'UP' : 'DOWN',
    'state/oper-status': operStatus(link),
    'state/last-change': input.lastChangeNs.get(link.name) ?? null,
    'state/counters/in-octets': counters.inOctets,
    'state/counters/in-pkts': counters.inPkts,
    'state/counters/in-errors': counters.inErrors,
    'state/counters/in-discards': counters.inDiscards,
    'state/counters/out-octets': counters.outOctets,
    'state/counters/out-pkts': counters.outPkts,
    'state/counters/out-errors': counters.outErrors,
    'state/counters/out-discards': outDiscards,
  });
}

function queueGroup(queue: QueueState, depths: QueueDepths): LeafGroup {
  const port = entry('/qos/interfaces', 'interface', { 'interface-id': queue.dev });
  const depth = depths.of(queue);
  return group(entry(`${port}/output/queues`, 'queue', { name: queue.name }), {
    'state/name': queue.name,
    'state/transmit-octets': queue.octets,
    'state/transmit-pkts': queue.packets,
    'state/dropped-pkts': queue.drops,
    'state/ecn-marked-pkts': queue.marks,
    'state/avg-queue-len': BigInt(Math.round(depth.meanBytes)),
    'state/max-queue-len': BigInt(depth.peakBytes),
  });
}

/** RFC 2863 states as the kernel prints them, in OpenConfig's words. */
const OPER_STATUS: Readonly<Record<string, string>> = {
  UP: 'UP',
  DOWN: 'DOWN',
  TESTING: 'TESTING',
  DORMANT: 'DORMANT',
  NOTPRESENT: 'NOT_PRESENT',
  LOWERLAYERDOWN: 'LOWER_LAYER_DOWN',
};

export function operStatus(link: LinkState): string {
  const known = OPER_STATUS[link.operState];
  if (known !== undefined) return known;
  // Drivers without operstate (tun, some virtual ones) say UNKNOWN and still show the carrier.
  return link.up && link.carrier ? 'UP' : link.up ? 'UNKNOWN' : 'DOWN';
}

/** What became of each configured next hop: a weight here that is not the one in config is drift. */
function staticGroups(input: StateInput): readonly LeafGroup[] {
  const hopsByPrefix = new Map(
    input.snapshot.routes
      .filter((route) => route.protocol === input.protocol && route.metric === 0)
      .map((route) => [route.prefix, route.hops]),
  );
  return input.routes.flatMap((route) =>
    route.nextHops.map((hop) => {
      const present = hopsByPrefix
        .get(route.prefix)
        ?.find((item) => item.gateway === hop.address && item.dev === hop.interface);
      // A configured weight of zero is in force when the kernel has no such member.
      const withheld = present === undefined && hop.weight === 0;
      const there = present !== undefined || withheld;
      return group(nextHopPath(route.prefix, hop.index), {
        'state/index': there ? hop.index : null,
        'state/next-hop': there ? hop.address : null,
        'state/wecmp-weight': present !== undefined ? BigInt(present.weight) : withheld ? 0n : null,
        'interface-ref/state/interface': there ? hop.interface : null,
      });
    }),
  );
}

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

function entryGroups(input: StateInput): readonly LeafGroup[] {
  const seen = new Set<string>();
  const groups: LeafGroup[] = [];
  for (const route of input.snapshot.routes) {
    // The kernel lists the routes of a prefix by metric; only the first one forwards.
    if (seen.has(route.prefix)) continue;
    seen.add(route.prefix);
    const origin = route.protocol === input.protocol ? 'STATIC' : ORIGINS.get(route.protocol);
    const counters = input.counters.get(route.prefix);
    groups.push(
      group(entry(`${AFTS}/ipv4-unicast`, 'ipv4-entry', { prefix: route.prefix }), {
        'state/prefix': route.prefix,
        'state/origin-protocol': origin ?? null,
        'state/next-hop-group': route.nexthopId === null ? null : BigInt(route.nexthopId),
        'state/counters/octets-forwarded': counters?.octets ?? null,
        'state/counters/packets-forwarded': counters?.packets ?? null,
      }),
    );
  }
  return groups;
}

function nexthopGroups(snapshot: KernelSnapshot): readonly LeafGroup[] {
  return snapshot.nexthops.flatMap((nexthop) => {
    if (nexthop.kind === 'single') {
      const path = `${AFTS}/next-hops/next-hop[index=${nexthop.id}]`;
      return [
        group(path, {
          'state/index': BigInt(nexthop.id),
          'state/ip-address': nexthop.gateway === '' ? null : nexthop.gateway,
          'interface-ref/state/interface': nexthop.dev,
        }),
      ];
    }
    if (nexthop.kind === 'other') return [];
    const path = `${AFTS}/next-hop-groups/next-hop-group[id=${nexthop.id}]`;
    return [
      group(path, { 'state/id': BigInt(nexthop.id) }),
      ...nexthop.members.map((member) =>
        group(`${path}/next-hops/next-hop[index=${member.id}]`, {
          'state/index': BigInt(member.id),
          'state/weight': BigInt(member.weight),
        }),
      ),
    ];
  });
}

function group(path: string, leaves: Readonly<Record<string, StateValue | null>>): LeafGroup {
  return { path, leaves: Object.keys(leaves), values: Object.values(leaves) };
}
