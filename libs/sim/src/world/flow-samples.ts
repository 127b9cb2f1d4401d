import type { Random } from '@weir/core/base';
import { PACKET_BYTES } from '../buffers/senders';
import type { Network } from '../network/network';
import type { Member } from '../sharing/stream';
import type { Entries } from './cell-members';

/** One sampled packet, as an sFlow agent reports it (sFlow version 5): where it left the switch. */
export interface FlowSample {
  readonly device: string;
  readonly interface: string;
  readonly source: string;
  readonly destination: string;
  readonly prefix: string;
  readonly queue: string;
  /** Length of the packet, not scaled by the sampling rate. */
  readonly bytes: number;
}

/** One in `rate` packets of every member on every switch since its bytes were last sampled. */
export function sampleFlows(
  network: Network,
  entries: Entries,
  rate: number,
  random: Random,
): FlowSample[] {
  const samples: FlowSample[] = [];
  for (const entry of entries) {
    if (entry === undefined || entry.unsampledBytes === 0) continue;
    const { stream } = entry.shape;
    const queue = network.spec.queues[stream.queue]?.name ?? '';
    const packets = entry.unsampledBytes / PACKET_BYTES;
    entry.unsampledBytes = 0;
    for (const member of stream.members)
      sampleMember(network, member, (packets * member.connections) / rate, queue, random, samples);
  }
  return samples;
}

function sampleMember(
  network: Network,
  member: Member,
  expected: number,
  queue: string,
  random: Random,
  samples: FlowSample[],
): void {
  for (const c of member.channels) {
    const channel = network.channel(c);
    if (channel.device < 0) continue;
    const sample = {
      device: network.spec.switches[channel.device]?.name ?? '',
      interface: channel.interface,
      source: member.source,
      destination: member.destination,
      prefix: member.prefix,
      queue,
      bytes: PACKET_BYTES,
    };
    // The whole part is certain, the rest is drawn: unbiased, with less noise than an agent's.
    const times = Math.floor(expected + random.next());
    for (let i = 0; i < times; i++) samples.push(sample);
  }
}
