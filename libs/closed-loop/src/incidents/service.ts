import type { EventInput, IntentInput, Sufferer, WorkloadInput } from './draft';
import type { Draw } from './draw';
import type { Fabric } from './fabric';

type Inference = Extract<WorkloadInput, { kind: 'inference' }>;

export interface Service {
  readonly workload: Inference;
  readonly intent: IntentInput;
  readonly sufferer: Sufferer;
  readonly servers: number;
  readonly thresholdMs: number;
  /** Responses of all clients together. */
  readonly loadBps: number;
}

export interface ServiceOptions {
  readonly name?: string;
  readonly class?: 'interactive' | 'real-time-inference';
  /** Leaves of the clients and of the servers; drawn where absent. */
  readonly leaves?: readonly [number, number];
  /** Hosts of each side, and how many of the leaf are left out before them. */
  readonly clients?: number;
  readonly servers?: number;
  readonly skip?: number;
  /** Responses, as a share of what the leaf's uplinks or the hosts carry, whichever is less. */
  readonly load?: number;
  readonly quantile?: number;
  readonly responseBytes?: number;
}

/** A service between two racks whose objective leaves it 1.4 to 2.2 times its usual latency. */
export function drawService(draw: Draw, fabric: Fabric, options: ServiceOptions = {}): Service {
  const [client = 1, server = 2] = options.leaves ?? draw.some(2, fabric.leaves);
  const name = options.name ?? 'chat';
  const clients = options.clients ?? draw.whole(2, 4);
  const servers = options.servers ?? draw.whole(2, 4);
  const responseBytes = options.responseBytes ?? Math.round(draw.scale(16e3, 256e3));
  const carriedBps = Math.min(
    fabric.spines * fabric.linkBps,
    Math.min(clients, servers) * fabric.hostBps,
  );
  const loadBps = (options.load ?? draw.between(0.03, 0.12)) * carriedBps;
  const serviceMs = { median: draw.scale(4, 12), sigma: draw.between(0.1, 0.25) };
  const roundTrips = draw.whole(4, 12);
  const quantile = options.quantile ?? draw.pick([0.95, 0.95, 0.99]);
  const trafficClass = options.class ?? draw.pick(['interactive', 'real-time-inference']);
  const skip = options.skip ?? 0;
  const usualMs =
    serviceMs.median * Math.exp(serviceMs.sigma * (quantile > 0.97 ? 2.33 : 1.645)) +
    roundTrips * 0.02 +
    (responseBytes * 8000) / fabric.hostBps;
  const thresholdMs = Number((usualMs * draw.between(1.4, 2.2)).toFixed(1));
  const workload: Inference = {
    name,
    kind: 'inference',
    class: trafficClass,
    clients: { leaf: `leaf${client}`, perLeaf: clients, skip },
    servers: { leaf: `leaf${server}`, perLeaf: servers, skip },
    requestsPerSecond: Math.max(50, loadBps / 8 / responseBytes),
    responseBytes,
    serviceMs,
    roundTrips,
  };
  return {
    workload,
    intent: latencyIntent(name, trafficClass, quantile, thresholdMs),
    sufferer: {
      workload: name,
      intent: `LatencyObjective/${name}`,
      metric: 'request-latency',
      quantile,
    },
    servers: server,
    thresholdMs,
    loadBps,
  };
}

export const latencyIntent = (
  name: string,
  trafficClass: string,
  quantile: number,
  thresholdMs: number,
): IntentInput => ({
  apiVersion: 'weir.dev/v1',
  kind: 'LatencyObjective',
  metadata: { name },
  spec: {
    workloads: [name],
    class: trafficClass,
    quantile,
    thresholdMs,
    flows: [
      {
        sources: { hostsOf: `${name}.clients` },
        destinations: { hostsOf: `${name}.servers` },
      },
    ],
  },
});

/** From the onset on, a workload is what another one in the file describes. */
export const becomes = (atMs: number, name: string, other: string, note: string): EventInput[] => [
  { atMs, note, stopWorkload: { name } },
  { atMs, startWorkload: { name: other, as: name } },
];
