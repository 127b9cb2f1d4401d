import { invalidArgument, unimplemented } from '@weir/gnmi';
import type { RedLeaf } from './tree';
import type { Threshold, WantedMarking } from './wanted';

/** The kernel keeps averages as 32 bits with the exponent's worth of fraction (red.h). */
const AVERAGE_BITS = 31;

/** The RED leaf that a profile stands for in a queue of this size. Refuses by the leaf's path. */
export function redLeaf(marking: WantedMarking, limitBytes: number): RedLeaf {
  const minBytes = bytesOf(marking, 'min', limitBytes);
  const maxBytes = bytesOf(marking, 'max', limitBytes);
  if (minBytes > maxBytes)
    throw invalidArgument(
      `${marking.at}/min-threshold: ${minBytes} bytes are above max-threshold ${maxBytes}`,
    );
  if (minBytes < 1) throw invalidArgument(`${marking.at}/min-threshold: must be 1 byte or more`);
  return {
    kind: 'red',
    limitBytes,
    minBytes,
    maxBytes,
    weight: marking.weight,
    probabilityPercent: marking.probabilityPercent,
    ecn: marking.ecn,
    nodrop: marking.ecn && !marking.drop,
    harddrop: false,
  };
}

function bytesOf(marking: WantedMarking, which: 'min' | 'max', limitBytes: number): number {
  const threshold: Threshold = marking[which];
  if ('percent' in threshold) return Math.floor((limitBytes * threshold.percent) / 100);
  const most = 2n ** BigInt(AVERAGE_BITS - marking.weight) - 1n;
  if (threshold.bytes <= most) return Number(threshold.bytes);
  throw unimplemented(
    `${marking.at}/${which}-threshold: ${threshold.bytes} is more than the kernel's RED can hold ` +
      `with weight ${marking.weight} (${most} bytes)`,
  );
}

/**
 * Options of `tc red` for the leaf. The tool takes no exponent: it derives one from an average
 * packet and a burst, so these are chosen such that it arrives at the wanted one.
 */
export function redWords(leaf: RedLeaf, lineBps: number): readonly string[] {
  const { packetBytes, burstPackets } = averaging(leaf.minBytes, leaf.weight);
  return [
    ...['limit', String(leaf.limitBytes), 'min', String(leaf.minBytes)],
    ...['max', String(leaf.maxBytes), 'avpkt', String(packetBytes), 'burst', String(burstPackets)],
    ...['probability', probabilityOf(leaf), 'bandwidth', `${lineBps}bit`],
    ...(leaf.ecn ? ['ecn'] : []),
    ...(leaf.harddrop ? ['harddrop'] : []),
    ...(leaf.nodrop ? ['nodrop'] : []),
  ];
}

/** `tc` counts probabilities in units of 2^-32: of 1 nothing is left, and the kernel guesses. */
const probabilityOf = (leaf: RedLeaf): string =>
  String(Math.min(leaf.probabilityPercent / 100, 0.99999));

/** Least number of packets of which the lower threshold is made: finer steps of the burst. */
const PACKETS_BELOW_MIN = 32;
const MAX_PACKET_BYTES = 1_000;

export function averaging(
  minBytes: number,
  weight: number,
): { readonly packetBytes: number; readonly burstPackets: number } {
  const packetBytes = Math.max(
    1,
    Math.min(MAX_PACKET_BYTES, Math.floor(minBytes / PACKETS_BELOW_MIN)),
  );
  // The exponent only grows with the burst, so halving finds the first burst that reaches it.
  let low = 1;
  let high = Math.ceil(minBytes / packetBytes) + 2 ** (weight + 1);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (exponentOf(minBytes, middle, packetBytes) >= weight) high = middle;
    else low = middle + 1;
  }
  return { packetBytes, burstPackets: low };
}

/**
 * The exponent that `tc` derives (Floyd and Jacobson 1993, section 11): the smallest with which a
 * burst of that many packets, arriving at an empty queue, keeps the average below `minBytes`. 0
 * when the burst is too small for the tool to derive any.
 */
export function exponentOf(minBytes: number, burstPackets: number, packetBytes: number): number {
  const needed = burstPackets + 1 - minBytes / packetBytes;
  if (needed < 1) return 0;
  for (let exponent = 1; exponent < 32; exponent++) {
    const gain = 2 ** -exponent;
    if (needed <= (1 - (1 - gain) ** burstPackets) / gain) return exponent;
  }
  return 32;
}
