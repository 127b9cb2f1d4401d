/** A static route as configured: what should be, whether or not the links are up. */
export interface StaticRoute {
  /** Canonical IPv4 or IPv6 prefix. */
  readonly prefix: string;
  /** The kernel's metric: of routes to one prefix the lowest forwards. OpenConfig's preference. */
  readonly metric: number;
  /** In the order of their index, which is the order of the group's members. */
  readonly nextHops: readonly StaticNextHop[];
}

export interface StaticNextHop {
  readonly index: string;
  /** Of the neighbour, or DROP. */
  readonly address: string;
  /** Empty for DROP, which leads nowhere. */
  readonly interface: string;
  /** 0 keeps the next hop in the configuration and out of the group. */
  readonly weight: number;
}

/** Kernels and iproute2 of before 2025 keep a weight in one octet, as weight - 1. */
export const MAX_WEIGHT = 256;

/** Packets to the prefix are dropped (a black hole). */
export const DROP = 'DROP';

export const isIpv6Prefix = (prefix: string): boolean => prefix.includes(':');

/** Metric of a route that asks for none: what the kernel takes by itself. */
export const defaultMetric = (prefix: string): number => (isIpv6Prefix(prefix) ? 1024 : 0);
