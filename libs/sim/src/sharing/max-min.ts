import { Sharing } from './sharing';
import type { Scheduling, SharedStream } from './state';

export interface MaxMinRates {
  /** Rate of one connection of each stream, bps. */
  readonly rateBps: Float64Array;
  /** Channel that holds each stream back, -1: its own demand. */
  readonly bottleneck: Int32Array;
}

/** Max-min fair rates in one go; one queue for all unless told. See `Sharing` for what they are. */
export function maxMin(
  capacityBps: Float64Array,
  streams: readonly SharedStream[],
  queues: readonly Scheduling[] = [{ strict: false, weight: 1 }],
): MaxMinRates {
  const sharing = new Sharing(capacityBps, queues);
  const ids = streams.map((stream) => sharing.add(stream));
  sharing.solve();
  return {
    rateBps: Float64Array.from(ids, (id) => sharing.rateBps(id)),
    bottleneck: Int32Array.from(ids, (id) => sharing.bottleneck(id)),
  };
}
