import type { DeviceRole, TrafficClass } from '@weir/core/model';

/** A switch with one packet buffer that all its egress queues share. */
export interface SwitchSpec {
  readonly name: string;
  readonly role: DeviceRole;
  readonly group: string;
  /** Shared pool, dedicated parts of the queues not included. */
  readonly sharedBufferBytes: number;
  readonly weightGridEntries: number;
}

export interface LinkSpec {
  /** `leaf1:eth1` */
  readonly a: string;
  readonly b: string;
  readonly capacityBps: number;
  readonly propagationUs: number;
}

/** A host or a service address on it; several endpoints may share one port and its NIC. */
export interface EndpointSpec {
  readonly name: string;
  /** `leaf1:eth10` */
  readonly attachedTo: string;
  /** `10.1.10.0/24` */
  readonly prefix: string;
  readonly capacityBps: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** Egress queues, the same on every port. Strict ones are served first, in order; the rest by weight. */
export interface QueueSpec {
  readonly name: string;
  readonly strict: boolean;
  readonly weight: number;
  readonly classes: readonly TrafficClass[];
}

export type Hashing = 'per-switch' | 'shared' | 'narrow';

export interface FabricSpec {
  readonly name: string;
  readonly switches: readonly SwitchSpec[];
  readonly links: readonly LinkSpec[];
  readonly endpoints: readonly EndpointSpec[];
  readonly queues: readonly QueueSpec[];
  /**
   * Seeds of the switches' ECMP hashes: each its own (the default), or all the same, as when
   * nobody configured them: then flows that one tier put together stay together in the next.
   * `narrow`: each its own, but with half as many values as a group has next hops, as a hash over
   * fields that hardly differ has: the others are never chosen.
   */
  readonly hashing?: Hashing;
  /**
   * Next hops behind which a prefix cannot be reached any more: `black-hole` (the default) keeps
   * them, as static routes without tracking do; `withdrawn` takes them out at once, as BGP or
   * tracked next hops do within a fraction of a second.
   */
  readonly remoteFailures?: 'black-hole' | 'withdrawn';
}

/** `leaf1:eth1` in its two parts. */
export function splitPort(port: string): { readonly device: string; readonly interface: string } {
  const at = port.indexOf(':');
  return { device: port.slice(0, at), interface: port.slice(at + 1) };
}
