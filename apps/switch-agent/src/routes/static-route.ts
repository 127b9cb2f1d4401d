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

/** iproute2 before 6.13 and kernels before 6.12 take one octet: 256 is the most. */
export const MAX_WEIGHT = 256;
