import type { Network } from '../network/network';
import type { Routing } from '../network/routing';
import type { QueueLoads } from './queue-loads';

/** The truth about one egress queue. */
export interface QueueTruth {
  readonly device: string;
  readonly interface: string;
  readonly queue: string;
  /** What the queue carries, as a share of the line rate. */
  readonly utilizationRatio: number;
  readonly depthBytes: number;
  readonly peakBytes: number;
  readonly limitBytes: number;
  readonly dropRatio: number;
  readonly markRatio: number;
  /** Share of time in which its feeders are told to pause. */
  readonly pauseRatio: number;
}

export function truthOf(network: Network, loads: QueueLoads): QueueTruth[] {
  return loads.states.flatMap((state, cell) => {
    if (state === undefined) return [];
    const channel = network.channel(state.channel);
    return {
      device: network.spec.switches[channel.device]?.name ?? '',
      interface: channel.interface,
      queue: network.spec.queues[state.queue]?.name ?? '',
      utilizationRatio: (loads.cells.carriedBps[cell] as number) / channel.lineRateBps,
      depthBytes: state.depthBytes,
      peakBytes: state.peakBytes,
      limitBytes: state.limitBytes,
      dropRatio: state.dropRatio,
      markRatio: state.markRatio,
      pauseRatio: state.pauseRatio,
    };
  });
}

export function linkLoadsOf(network: Network, loads: QueueLoads): Map<string, number> {
  const utilization = new Map<string, number>();
  for (const channel of network.channels) {
    if (channel.device < 0) continue;
    let carriedBps = 0;
    for (let q = 0; q < loads.width; q++)
      carriedBps += loads.cells.carriedBps[loads.cell(channel.index, q)] as number;
    utilization.set(network.portOf(channel), carriedBps / channel.lineRateBps);
  }
  return utilization;
}

/** Egress ports that traffic between the endpoints crosses, both ways. */
export function pathsBetween(
  network: Network,
  routing: Routing,
  sources: readonly string[],
  destinations: readonly string[],
): string[] {
  const ports = new Set<string>();
  for (const a of sources) {
    for (const b of destinations) {
      for (const path of [...routing.spread(a, b), ...routing.spread(b, a)])
        for (const c of path.channels) ports.add(network.portOf(network.channel(c)));
    }
  }
  ports.delete('');
  return [...ports];
}
