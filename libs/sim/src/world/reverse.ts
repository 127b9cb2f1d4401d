import { assert } from '@weir/core/base';
import type { Network } from '../network/network';

/** The other direction of the same cable. */
export function reverseOf(network: Network, channel: number): number {
  const { link } = network.channel(channel);
  const other = network.channelsOfLink(link).find(({ index }) => index !== channel);
  assert(other !== undefined, `link ${link} has two directions`);
  return other.index;
}
