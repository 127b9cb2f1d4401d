import type { DeviceId, FrameLayout, Topology } from '../../model';
import { topologyIndex } from '../network';
import type { Trend } from '../observed';

/** Below this share of its capacity the two ends of a link count too little to be compared. */
const MIN_COMPARED = 0.005;

/** Differences of the two ends in each frame, relative to the mean rate, by the row that sends. */
export type Gaps = ReadonlyMap<number, readonly number[]>;

/** How much is missing on average, and what the sampling explains of it. */
export interface Gap {
  readonly mean: number;
  readonly floor: number;
}

/** Differences of links with traffic of which both ends are known in every frame. */
export function gapsByRow(
  topology: Topology,
  recent: Trend['recent'],
  layout: FrameLayout,
  utilization: Float64Array,
): Gaps {
  const gaps = new Map<number, readonly number[]>();
  for (const [key, other] of topologyIndex(topology).opposite) {
    const row = layout.channelIndex.get(key) ?? -1;
    const back = layout.channelIndex.get(other) ?? -1;
    if (!((utilization[row] ?? 0) > MIN_COMPARED)) continue;
    const own = gapsOf(recent, row, back);
    if (own !== null) gaps.set(row, own);
  }
  return gaps;
}

/** The same of one link; null where one of its ends is not known in every frame. */
export function gapsOf(
  recent: Trend['recent'],
  row: number,
  back: number,
): readonly number[] | null {
  const sent = recent.reduce((sum, { txBps }) => sum + (txBps[row] as number), 0);
  const mean = sent / recent.length;
  const own = recent.map(
    ({ txBps, rxBps }) => ((txBps[row] as number) - (rxBps[back] as number)) / mean,
  );
  return own.some((gap) => Number.isNaN(gap)) ? null : own;
}

/** Links that leave the same switch or reach the same one: they share the skew of its samples. */
export function besideOf(topology: Topology, key: string): readonly string[] {
  const { opposite, uplinks, behind } = topologyIndex(topology);
  const far = opposite.get(key);
  return [
    ...(uplinks.get(key.slice(0, key.indexOf(':')) as DeviceId) ?? []),
    ...(uplinks.get(behind.get(key) as DeviceId) ?? []).map((other) => opposite.get(other) ?? ''),
  ].filter((other) => other !== key && other !== far);
}
