import { assert } from '@weir/core/base';
import type { EndpointSpec, FabricSpec, LinkSpec } from './spec';
import { splitPort } from './spec';

/** What may be wrong with a link in one direction without anybody having configured it. */
export interface ChannelFault {
  up: boolean;
  /** Share of the line rate that really works; counters and port speed do not show it. */
  capacityRatio: number;
  /** Packets lost on the wire after the egress counters, 0..1. */
  grayLossRatio: number;
}

/** One direction of a link, or a port to or from a host. `device` is -1 where a host sends. */
export interface Channel {
  readonly index: number;
  readonly device: number;
  readonly interface: string;
  /** Where it ends: a switch, or -1 for a host. */
  readonly peer: number;
  readonly peerInterface: string;
  readonly link: string;
  readonly lineRateBps: number;
  readonly propagationUs: number;
  readonly fault: ChannelFault;
}

export const trueCapacityBps = (channel: Channel): number =>
  channel.fault.up ? channel.lineRateBps * channel.fault.capacityRatio : 0;

/** Id of a link as used in fault requests and in the topology: `leaf1:eth1--spine1:eth1`. */
export const linkId = (link: Pick<LinkSpec, 'a' | 'b'>): string => `${link.a}--${link.b}`;

const healthy = (): ChannelFault => ({ up: true, capacityRatio: 1, grayLossRatio: 0 });

/** The specification compiled into index tables. */
export class Network {
  readonly channels: Channel[] = [];
  /** device index -> interface -> egress channel */
  readonly egress: ReadonlyMap<string, number>[];
  readonly endpoints = new Map<
    string,
    {
      readonly spec: EndpointSpec;
      readonly device: number;
      readonly nic: number;
      readonly port: number;
    }
  >();
  private readonly deviceIndex = new Map<string, number>();

  constructor(readonly spec: FabricSpec) {
    spec.switches.forEach((entry, index) => this.deviceIndex.set(entry.name, index));
    const egress: Map<string, number>[] = spec.switches.map(() => new Map<string, number>());
    for (const link of spec.links) {
      const ends = [splitPort(link.a), splitPort(link.b)] as const;
      for (const [near, far] of [ends, [ends[1], ends[0]] as const]) {
        const device = this.device(near.device);
        egress[device]?.set(near.interface, this.channels.length);
        this.add(
          device,
          near.interface,
          this.device(far.device),
          far.interface,
          linkId(link),
          link,
        );
      }
    }
    const nics = new Map<string, number>();
    for (const endpoint of spec.endpoints) {
      const near = splitPort(endpoint.attachedTo);
      const device = this.device(near.device);
      let nic = nics.get(endpoint.attachedTo);
      if (nic === undefined) {
        const link = { capacityBps: endpoint.capacityBps, propagationUs: 1 };
        egress[device]?.set(near.interface, this.channels.length);
        this.add(device, near.interface, -1, '', endpoint.attachedTo, link);
        nic = this.channels.length;
        nics.set(endpoint.attachedTo, nic);
        this.add(-1, '', device, near.interface, endpoint.attachedTo, link);
      }
      this.endpoints.set(endpoint.name, { spec: endpoint, device, nic, port: nic - 1 });
    }
    this.egress = egress;
  }

  device(name: string): number {
    const index = this.deviceIndex.get(name);
    assert(index !== undefined, `switch ${name} is in the specification`);
    return index;
  }

  hasDevice(name: string): boolean {
    return this.deviceIndex.has(name);
  }

  channel(index: number): Channel {
    const channel = this.channels[index];
    assert(channel !== undefined, `channel ${index} exists`);
    return channel;
  }

  /** `leaf1:eth1` of the port that it leaves; empty where a host sends. */
  portOf(channel: Channel): string {
    const device = this.spec.switches[channel.device];
    return device === undefined ? '' : `${device.name}:${channel.interface}`;
  }

  /** Both directions of a link by its id or by the port of a host; empty when there is none. */
  channelsOfLink(link: string): Channel[] {
    return this.channels.filter((channel) => channel.link === link);
  }

  private add(
    device: number,
    name: string,
    peer: number,
    peerInterface: string,
    link: string,
    rate: { readonly capacityBps: number; readonly propagationUs: number },
  ): void {
    this.channels.push({
      index: this.channels.length,
      device,
      interface: name,
      peer,
      peerInterface,
      link,
      lineRateBps: rate.capacityBps,
      propagationUs: rate.propagationUs,
      fault: healthy(),
    });
  }
}
