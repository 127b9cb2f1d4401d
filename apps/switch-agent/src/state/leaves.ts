import type { KernelRoute, LinkState } from '../kernel/ip-json';
import { routeSelector } from '../kernel/owned-state';
import type { KernelSnapshot } from '../kernel/kernel';
import { entry, nextHopPath } from '../routes/paths';
import { defaultMetric, DROP, type StaticNextHop, type StaticRoute } from '../routes/static-route';
import type { PrefixCounters } from '../kernel/accounting';
import type { QueueState } from '../kernel/queues';
import { aftGroups } from './aft';
import { group, type LeafGroup } from './leaf-group';
import type { PauseFrames } from './pause-counters';
import { speedName } from './port-speeds';

export type { LeafGroup } from './leaf-group';

export interface StateInput {
  readonly snapshot: KernelSnapshot;
  readonly routes: readonly StaticRoute[];
  readonly counters: ReadonlyMap<string, PrefixCounters>;
  readonly queues: readonly QueueState[];
  readonly queueGroups: readonly LeafGroup[];
  /** Rate of a port, bit/s: as configured in the agent's file, and as its driver says. */
  readonly speeds: (link: LinkState) => {
    readonly port: bigint | null;
    readonly driver: bigint | null;
  };
  /** Pause frames of a port by its name; null where its driver does not count them. */
  readonly pauses: (name: string) => PauseFrames | null;
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
    ...input.queueGroups,
    ...staticGroups(input),
    ...aftGroups(input.snapshot, input.counters, input.protocol),
  ];
}

function interfaceGroup(link: LinkState, input: StateInput): LeafGroup {
  const { counters } = link;
  // What the port's own queue dropped was never handed to the driver, so the link does not count it.
  const queue = input.queues.find((item) => item.dev === link.name && item.root);
  const outDiscards = counters.outDiscards + (queue?.drops ?? 0n);
  const { port, driver } = input.speeds(link);
  const pauses = input.pauses(link.name);
  return group(entry('/interfaces', 'interface', { name: link.name }), {
    'state/name': link.name,
    'state/ifindex': link.ifindex,
    'state/mtu': link.mtu,
    'state/enabled': link.up,
    'state/description': link.alias === '' ? null : link.alias,
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
    'state/counters/in-multicast-pkts': counters.inMulticastPkts,
    'state/counters/in-fcs-errors': counters.inCrcErrors,
    'state/counters/carrier-transitions': counters.carrierChanges,
    'ethernet/state/counters/in-mac-pause-frames': pauses?.in ?? null,
    'ethernet/state/counters/out-mac-pause-frames': pauses?.out ?? null,
    'ethernet/state/port-speed': port === null ? null : speedName(port),
    'ethernet/state/negotiated-port-speed': driver === null ? null : speedName(driver),
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
  const present = new Map(
    input.snapshot.routes
      .filter((route) => route.protocol === input.protocol)
      .map((route) => [routeSelector(route.prefix, route.metric), route]),
  );
  return input.routes.flatMap((route) =>
    route.nextHops.map((hop) => {
      const found = present.get(routeSelector(route.prefix, route.metric));
      const weight = weightOf(hop, found);
      const there = weight !== null;
      const preference = route.metric === defaultMetric(route.prefix) ? null : route.metric;
      return group(nextHopPath(route.prefix, hop.index), {
        'state/index': there ? hop.index : null,
        'state/next-hop': there ? hop.address : null,
        'state/wecmp-weight': weight,
        'state/preference': there ? preference : null,
        'interface-ref/state/interface': there && hop.interface !== '' ? hop.interface : null,
      });
    }),
  );
}

/** Weight in force; a configured zero is in force when the kernel has no such member. */
function weightOf(hop: StaticNextHop, route: KernelRoute | undefined): bigint | null {
  if (hop.address === DROP) return route?.blackhole === true ? BigInt(hop.weight) : null;
  const member = route?.hops.find(
    (item) => item.gateway === hop.address && item.dev === hop.interface,
  );
  if (member !== undefined) return BigInt(member.weight);
  return hop.weight === 0 ? 0n : null;
}
