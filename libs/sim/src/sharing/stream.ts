/** How a sender answers loss and marks; `none` sends whatever happens to it. */
export type CongestionControl = 'cubic' | 'dctcp' | 'dcqcn' | 'none';

/** One source-destination pair inside a stream: for forwarding counters and flow samples. */
export interface Member {
  readonly source: string;
  readonly destination: string;
  /** Prefix of the destination, as routes name it. */
  readonly prefix: string;
  /** The sending NIC, then egress channels, the last one to the host. */
  readonly channels: readonly number[];
  /** Connections of the pair; each gets the stream's rate. */
  readonly connections: number;
}

/**
 * The unit of sharing: connections that all move at one rate. A plain flow has one member; flows
 * on the same path are one member with several connections; a collective whose chunks move in
 * lock-step is one stream with a member for each pair of neighbours, and the slowest channel of
 * any of them paces it.
 */
export interface Stream {
  readonly workload: string;
  /** Index of the queue that the packets land in. */
  readonly queue: number;
  readonly members: readonly Member[];
  /** Elastic: congestion-controlled, takes its share. Open: sends `demandBps` whatever happens. */
  readonly kind: 'elastic' | 'open';
  readonly control: CongestionControl;
  /** Rate of one connection that its sender would not exceed, bps; Infinity when there is none. */
  readonly demandBps: number;
  /** Open: the mean rate comes in bursts of `onMs` every `periodMs`; null is smooth. */
  readonly burst: { readonly periodMs: number; readonly onMs: number } | null;
}

/** Load of a stream on each channel, from its members: connections per channel. */
export function connectionsByChannel(stream: Pick<Stream, 'members'>): {
  readonly channels: Int32Array;
  readonly connections: Float64Array;
} {
  const load = new Map<number, number>();
  for (const { channels, connections } of stream.members)
    for (const channel of channels) load.set(channel, (load.get(channel) ?? 0) + connections);
  return {
    channels: Int32Array.from(load.keys()),
    connections: Float64Array.from(load.values()),
  };
}
