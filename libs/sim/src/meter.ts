import type { FabricSpec } from './network/spec';
import type { Network } from './network/network';
import { interfacesOf } from './network/settings';
import { PACKET_BYTES } from './queueing/congestion-control';
import { overTime, type QueueState } from './queueing/queue-state';
import type { Offer, Outcome } from './traffic/offer';
import type { Conditions } from './traffic/conditions';
import { newInterfaceCounters, type InterfaceCounters, type SwitchCounters } from './counters';

/** Window of the mean and peak depths that the queues report, ms. */
const DEPTH_WINDOW_MS = 1000;

/** The counters of all switches, moved on by what each step carried, dropped and marked. */
export class Meter {
  readonly switches: SwitchCounters[];
  /** Peaks of recent steps by channel and queue, newest last. */
  private readonly peaks = new Map<number, number[]>();

  constructor(private readonly network: Network) {
    this.switches = network.spec.switches.map((entry) => empty(network.spec, entry.name));
  }

  reset(device: number): void {
    const name = this.network.spec.switches[device]?.name ?? '';
    this.switches[device] = empty(this.network.spec, name);
  }

  count(dtMs: number, offers: readonly Offer[], outcome: Outcome, conditions: Conditions): void {
    offers.forEach((offer, f) => {
      let bps = offer.kind === 'open' ? offer.demandBps : (outcome.meanBps[f] ?? 0);
      const phased = offer.kind === 'elastic' && offer.duty < 1;
      for (const c of offer.channels) {
        const channel = this.network.channel(c);
        const octets = (bps * dtMs) / 8000;
        let passed: number;
        if (channel.device < 0) {
          // The host's own queue holds back what its NIC cannot send.
          passed = Math.min(octets, (Math.max(outcome.meanBps[f] ?? 0, 0) * dtMs) / 8000);
          if (outcome.meanBottleneck[f] !== c) passed = octets;
        } else {
          const dropRatio = conditions.dropRatio(c, offer.queue, phased);
          passed = octets * (1 - dropRatio);
          this.egress(channel.device, channel.interface, offer, octets, passed);
          this.mark(c, offer, passed, conditions);
        }
        passed *= 1 - channel.fault.grayLossRatio;
        if (channel.peer >= 0) this.ingress(channel.peer, channel.peerInterface, passed);
        bps = (passed * 8000) / dtMs;
      }
    });
  }

  /** Depth figures of every queue; idle queues fall to zero. */
  depths(dtMs: number, states: ReadonlyMap<number, QueueState>): void {
    const width = this.network.spec.queues.length;
    const keep = Math.max(1, Math.round(DEPTH_WINDOW_MS / dtMs));
    const gain = Math.min(1, dtMs / DEPTH_WINDOW_MS) * 2;
    for (const channel of this.network.channels) {
      if (channel.device < 0) continue;
      const port = this.port(channel.device, channel.interface);
      for (let q = 0; q < width; q++) {
        const counters = port?.queues[q];
        if (counters === undefined) continue;
        const state = states.get(channel.index * width + q);
        const mean = state === undefined ? 0 : overTime(state, (moment) => moment.depthBytes);
        const peak =
          state === undefined
            ? 0
            : Math.max(state.quiet.peakBytes, state.duty > 0 ? state.on.peakBytes : 0);
        counters.avgQueueLenBytes += Math.min(1, gain) * (mean - counters.avgQueueLenBytes);
        counters.maxQueueLenBytes = this.peak(channel.index * width + q, peak, keep);
      }
    }
  }

  private peak(key: number, value: number, keep: number): number {
    const before = this.peaks.get(key);
    if (before === undefined && value === 0) return 0;
    const recent = [...(before ?? []), value].slice(-keep);
    const highest = Math.max(...recent);
    if (highest === 0) this.peaks.delete(key);
    else this.peaks.set(key, recent);
    return highest;
  }

  private port(device: number, name: string): InterfaceCounters | undefined {
    return this.switches[device]?.interfaces.get(name);
  }

  private egress(device: number, name: string, offer: Offer, octets: number, passed: number): void {
    const counters = this.switches[device];
    const port = counters?.interfaces.get(name);
    const queue = port?.queues[offer.queue];
    if (counters === undefined || port === undefined || queue === undefined) return;
    const packets = passed / PACKET_BYTES;
    const dropped = octets - passed;
    counters.prefixes.set(offer.prefix, (counters.prefixes.get(offer.prefix) ?? 0) + octets);
    port.outOctets += passed;
    port.outPkts += packets;
    port.outDiscards += dropped / PACKET_BYTES;
    queue.transmitOctets += passed;
    queue.transmitPkts += packets;
    queue.droppedOctets += dropped;
    queue.droppedPkts += dropped / PACKET_BYTES;
  }

  private ingress(device: number, name: string, octets: number): void {
    const port = this.port(device, name);
    if (port === undefined) return;
    port.inOctets += octets;
    port.inPkts += octets / PACKET_BYTES;
  }

  private mark(c: number, offer: Offer, passed: number, conditions: Conditions): void {
    if (!offer.ecnCapable) return;
    const state = conditions.state(c, offer.queue);
    const ratio = state === undefined ? 0 : overTime(state, (moment) => moment.markRatio);
    if (ratio === 0) return;
    const channel = this.network.channel(c);
    const queue = this.port(channel.device, channel.interface)?.queues[offer.queue];
    if (queue === undefined) return;
    queue.ecnMarkedOctets += passed * ratio;
    queue.ecnMarkedPkts += (passed * ratio) / PACKET_BYTES;
  }
}

const empty = (spec: FabricSpec, device: string): SwitchCounters => ({
  interfaces: new Map(
    interfacesOf(spec, device).map((name) => [name, newInterfaceCounters(spec.queues.length)]),
  ),
  prefixes: new Map(),
});
