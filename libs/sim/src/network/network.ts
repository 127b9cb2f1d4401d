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
  /** The port at the far end counts the lost packets as errors; otherwise nobody does. */
  errorsCounted?: boolean;
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

/** Where a host is: its switch, the channel that it sends into and the one that it receives from. */
export interface NetworkEndpoint {
  readonly index: number;
  readonly spec: EndpointSpec;
  readonly device: number;
  readonly nic: number;
  readonly port: number;
}

export const trueCapacityBps = (channel: Channel): number =>
  channel.fault.up ? channel.lineRateBps * channel.fault.capacityRatio : 0;

/** Id of a link as used in fault requests and in the topology: `leaf1:eth1--spine1:eth1`. */
export const linkId = (link: Pick<LinkSpec, 'a' | 'b'>): string => `${link.a}--${link.b}`;

const healthy = (): ChannelFault => ({ up: true, capacityRatio: 1, grayLossRatio: 0 });

/** What a specification comes to and no fault changes; forks share it. */
interface Tables {
  readonly devices: ReadonlyMap<string, number>;
  readonly egress: readonly ReadonlyMap<string, number>[];
  readonly endpoints: ReadonlyMap<string, NetworkEndpoint>;
  readonly ofLink: ReadonlyMap<string, readonly number[]>;
}

/** The specification compiled into index tables, and the faults of its links. */
export class Network {
  readonly channels: readonly Channel[];
  /** device index -> interface -> egress channel */
  readonly egress: readonly ReadonlyMap<string, number>[];
  readonly endpoints: ReadonlyMap<string, NetworkEndpoint>;
  private readonly tables: Tables;

  constructor(
    readonly spec: FabricSpec,
    origin?: Network,
  ) {
    if (origin === undefined) {
      const compiled = compile(spec);
      this.channels = compiled.channels;
      this.tables = compiled.tables;
    } else {
      this.channels = origin.channels.map((channel) => ({
        ...channel,
        fault: { ...channel.fault },
      }));
      this.tables = origin.tables;
    }
    this.egress = this.tables.egress;
    this.endpoints = this.tables.endpoints;
  }

  /** The same network with faults of its own. */
  fork(): Network {
    return new Network(this.spec, this);
  }

  device(name: string): number {
    const index = this.tables.devices.get(name);
    assert(index !== undefined, `switch ${name} is in the specification`);
    return index;
  }

  hasDevice(name: string): boolean {
    return this.tables.devices.has(name);
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
    return (this.tables.ofLink.get(link) ?? []).map((index) => this.channel(index));
  }
}

function compile(spec: FabricSpec): { readonly channels: Channel[]; readonly tables: Tables } {
  const builder = new Builder(spec);
  for (const link of spec.links) {
    const ends = [splitPort(link.a), splitPort(link.b)] as const;
    for (const [near, far] of [ends, [ends[1], ends[0]] as const]) {
      const device = builder.device(near.device);
      const peer = builder.device(far.device);
      builder.add(device, near.interface, peer, far.interface, linkId(link), link);
    }
  }
  const nics = new Map<string, number>();
  const endpoints = new Map<string, NetworkEndpoint>();
  for (const endpoint of spec.endpoints) {
    const near = splitPort(endpoint.attachedTo);
    const device = builder.device(near.device);
    let nic = nics.get(endpoint.attachedTo);
    if (nic === undefined) {
      const rate = { capacityBps: endpoint.capacityBps, propagationUs: 1 };
      builder.add(device, near.interface, -1, '', endpoint.attachedTo, rate);
      nic = builder.add(-1, '', device, near.interface, endpoint.attachedTo, rate);
      nics.set(endpoint.attachedTo, nic);
    }
    const index = endpoints.size;
    endpoints.set(endpoint.name, { index, spec: endpoint, device, nic, port: nic - 1 });
  }
  return { channels: builder.channels, tables: { ...builder, endpoints } };
}

class Builder {
  readonly channels: Channel[] = [];
  readonly devices: ReadonlyMap<string, number>;
  readonly egress: Map<string, number>[];
  readonly ofLink = new Map<string, number[]>();

  constructor(spec: FabricSpec) {
    this.devices = new Map(spec.switches.map((entry, index) => [entry.name, index]));
    this.egress = spec.switches.map(() => new Map<string, number>());
  }

  device(name: string): number {
    const index = this.devices.get(name);
    assert(index !== undefined, `switch ${name} is in the specification`);
    return index;
  }

  add(
    device: number,
    name: string,
    peer: number,
    peerInterface: string,
    link: string,
    rate: { readonly capacityBps: number; readonly propagationUs: number },
  ): number {
    const index = this.channels.length;
    this.channels.push({
      index,
      device,
      interface: name,
      peer,
      peerInterface,
      link,
      lineRateBps: rate.capacityBps,
      propagationUs: rate.propagationUs,
      fault: healthy(),
    });
    this.egress[device]?.set(name, index);
    const both = this.ofLink.get(link);
    if (both === undefined) this.ofLink.set(link, [index]);
    else both.push(index);
    return index;
  }
}
