/**
 * QoS as the configuration wants it, references resolved, before a port's rate is known. Sizes are
 * bigint: OpenConfig's go up to 2^64-1, and what Linux cannot hold is refused, not cut.
 */
export interface WantedPort {
  readonly interface: string;
  /** In order of their ids; at least one. */
  readonly queues: readonly WantedQueue[];
  /** Queue name by DSCP, 0..63; null when no classifier of the family is bound. */
  readonly dscp4: ReadonlyMap<number, string> | null;
  readonly dscp6: ReadonlyMap<number, string> | null;
}

export interface WantedQueue {
  readonly name: string;
  /** `queue-id`, 0..255. */
  readonly id: number;
  /** Strict order of service, 0 first; queues of one level share by weight. */
  readonly level: number;
  readonly weight: number;
  /** Null: the configuration says nothing, and the agent's default holds. */
  readonly limit: WantedLimit | null;
  readonly marking: WantedMarking | null;
  /** Name of the bound queue-management profile, if any. */
  readonly profile: string | null;
}

/** What a queue may hold: bytes, and time at the port's rate. */
export interface WantedLimit {
  /** Path of the entry that says so. */
  readonly at: string;
  readonly bytes: bigint;
  readonly micros: bigint;
}

export type Threshold = { readonly bytes: bigint } | { readonly percent: number };

/** Active queue management of a profile; one that neither marks nor drops is none at all. */
export interface WantedMarking {
  /** Path of `wred/uniform/config` or `red/uniform/config`. */
  readonly at: string;
  readonly min: Threshold;
  readonly max: Threshold;
  readonly ecn: boolean;
  readonly drop: boolean;
  /** Exponent n of the moving average: avg = avg (1 - 2^-n) + depth 2^-n. */
  readonly weight: number;
  readonly probabilityPercent: number;
}

/** Ports with output QoS, by interface name. */
export type QosConfig = ReadonlyMap<string, WantedPort>;

/** Two wanted ports are the same when their texts are. */
export function wantedText(port: WantedPort | undefined): string {
  if (port === undefined) return '';
  return JSON.stringify(port, (_key, value: unknown) =>
    value instanceof Map ? [...value] : typeof value === 'bigint' ? `${value}n` : value,
  );
}
