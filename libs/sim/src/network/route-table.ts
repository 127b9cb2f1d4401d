export interface NextHopSetting {
  readonly interface: string;
  readonly weight: number;
}

/** Prefix -> next hops. */
export type RouteTable = ReadonlyMap<string, readonly NextHopSetting[]>;
