import type { DeviceId, EndpointId } from './ids';

/** One end of a link: the egress side of it is a *channel*, the unit of load. */
export interface Port {
  readonly device: DeviceId;
  readonly interface: string;
}

export interface Interface {
  readonly name: string;
  /** Line rate in bits per second. */
  readonly capacityBps: number;
}

/**
 * The GoBGP speaker beside a router: what it announces to the router is how the router is steered.
 * One speaker serves one router.
 */
export interface BgpSpeaker {
  /** host:port of its gRPC API. */
  readonly address: string;
  readonly tls: {
    readonly mode: 'insecure' | 'tls';
    /** Name expected in its certificate; null: the host of the address. */
    readonly serverName: string | null;
  };
  /** Addresses of the neighbour behind each interface of the router, at most one of each family. */
  readonly nextHops: ReadonlyMap<
    string,
    { readonly ipv4: string | null; readonly ipv6: string | null }
  >;
  /**
   * `weights`: every path in use carries its link bandwidth. `local-preference`: paths in use are
   * preferred to the others, which stay announced.
   */
  readonly method: 'weights' | 'local-preference';
  /** Attributes of every path; null or empty: not sent. */
  readonly localPreference: number | null;
  readonly med: number | null;
  /** 32 bits each. */
  readonly communities: readonly number[];
  /** RFC 8092: three times 32 bits each. */
  readonly largeCommunities: readonly (readonly [number, number, number])[];
  /** Autonomous system named in the link bandwidth, 16 bits. */
  readonly asn: number;
  /** Whether the session carries SR policies (SAFI 73) and Weir may announce them. */
  readonly srPolicies?: boolean;
}

export type DeviceRole = 'leaf' | 'spine' | 'superspine' | 'switch';

export interface Device {
  readonly id: DeviceId;
  readonly role: DeviceRole;
  /** Device group: autonomy and blast radius are counted per group. */
  readonly group: string;
  /** Name of the device profile that renders its configuration, e.g. `openconfig`. */
  readonly profile: string;
  /** host:port of the management (gNMI) server; empty when the device is not managed. */
  readonly address: string;
  readonly interfaces: ReadonlyMap<string, Interface>;
  /** Number of ECMP hash entries that weights of one group share (16, 64, 256...). */
  readonly weightGridEntries: number;
  /** Shared packet buffer in bytes; 0 when unknown, and then no limit in force can be computed. */
  readonly sharedBufferBytes: number;
  /** Name of the queue of each traffic class on this device's interfaces. */
  readonly queueOfClass: ReadonlyMap<TrafficClass, string>;
  /** Segment that leads to this device by shortest paths: an MPLS label or an SRv6 SID. */
  readonly nodeSid?: number | string;
  /** Present where routes are announced rather than configured; `address` then serves telemetry. */
  readonly bgp?: BgpSpeaker;
}

export interface Link {
  readonly id: string;
  readonly a: Port;
  readonly b: Port;
  readonly capacityBps: number;
}

/** A host, or a service address on it, attached to a leaf. */
export interface Endpoint {
  readonly id: EndpointId;
  readonly attachedTo: Port;
  /** The prefix that routes to it, e.g. `10.0.1.0/24`. */
  readonly prefix: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Classes of MISSION C1, most urgent first. */
export const TRAFFIC_CLASSES = [
  'real-time-inference',
  'interactive',
  'training',
  'storage',
  'batch',
  'management',
  'best-effort',
] as const;
export type TrafficClass = (typeof TRAFFIC_CLASSES)[number];

export interface Topology {
  readonly name: string;
  /** Hash of the content; a plan made on another revision is refused. */
  readonly revision: string;
  readonly devices: ReadonlyMap<DeviceId, Device>;
  readonly links: readonly Link[];
  readonly endpoints: ReadonlyMap<EndpointId, Endpoint>;
}

/** `leaf1:eth3`: key of the directed channel that leaves a port. */
export const channelKey = (port: Port): string => `${port.device}:${port.interface}`;
