/** A static route as configured: what should be, whether or not the links are up. */
export interface StaticRoute {
  /** Canonical IPv4 prefix. */
  readonly prefix: string;
  /** In the order of their index, which is the order of the group's members. */
  readonly nextHops: readonly StaticNextHop[];
}

export interface StaticNextHop {
  readonly index: string;
  readonly address: string;
  readonly interface: string;
  /** 0 keeps the next hop in the configuration and out of the group. */
  readonly weight: number;
}

/** Kernels and iproute2 of before 2025 keep a weight in one octet, as weight - 1. */
export const MAX_WEIGHT = 256;
