import type { FrameLayout, TelemetryFrame, Topology } from '../../model';
import { topologyIndex } from '../network';
import type { Trend } from '../observed';

/** An elephant takes more than this share of the port of its destination (Hedera, NSDI 2010). */
const LARGE_SHARE = 0.1;

const limits = new WeakMap<FrameLayout, Float64Array>();

/** Rate by row of the prefixes above which traffic is large, bps; NaN where it has no host port. */
function largeBps(topology: Topology, layout: FrameLayout): Float64Array {
  let found = limits.get(layout);
  if (found === undefined) {
    const { attachments } = topologyIndex(topology);
    found = Float64Array.from(layout.prefixes, ({ prefix }) => {
      const row = layout.channelIndex.get(attachments.get(prefix) ?? '') ?? -1;
      return LARGE_SHARE * (layout.channels[row]?.capacityBps ?? NaN);
    });
    limits.set(layout, found);
  }
  return found;
}

/** For how long the traffic of each prefix at each device has been large, ms. */
export function foldElephants(
  topology: Topology,
  old: Pick<Trend, 'largeMs'> | null,
  { layout, prefixes }: TelemetryFrame,
  elapsedMs: number,
): Float64Array {
  const limit = largeBps(topology, layout);
  return prefixes.txBps.map((bps, row) =>
    // Also false where a rate is unknown.
    bps > (limit[row] as number) ? (old?.largeMs[row] ?? 0) + elapsedMs : 0,
  );
}
