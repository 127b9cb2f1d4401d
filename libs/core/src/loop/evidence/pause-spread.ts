import { splitChannel, topologyIndex } from '../network';
import type { Pass } from '../pass';
import { fabricOf, type FabricView } from './fabric';

/** Pauses on the paths of an objective, and where they come from. */
export interface PauseSpread {
  /** Channel on the paths that is held back most, and for which share of time at most. */
  readonly held: string;
  readonly pausedRatio: number;
  /** Port that the pauses come from: full, and not paused itself, or paused by its host. */
  readonly root: string;
  /** Whether the host behind it pauses it. */
  readonly byHost: boolean;
  /** Ports of the fabric that are held back, and the switches that they belong to. */
  readonly ports: number;
  readonly switches: number;
}

/** Pauses below this share of time hold nobody up. */
const MIN_PAUSED = 0.005;
/** Longer chains of pauses go round. */
const MAX_HOPS = 8;

/**
 * Follows the pauses downstream: who is paused is paused by the switch behind it, which has a full
 * port; if that is paused as well, it goes on, else it is where it began.
 */
export function pauseSpreadOf(
  pass: Pass,
  channels: readonly { readonly key: string; readonly pausedRatio: number }[],
): PauseSpread | null {
  const { trend } = pass.observed;
  const view = fabricOf(pass);
  const held = channels.reduce<(typeof channels)[number] | null>(
    (top, item) => (item.pausedRatio > (top?.pausedRatio ?? MIN_PAUSED) ? item : top),
    null,
  );
  if (trend === null || view === null || held === null) return null;
  const { layout } = trend;
  const { behind } = topologyIndex(pass.env.topology);
  let root = held.key;
  let byHost = !behind.has(root);
  for (let hop = 0; hop < MAX_HOPS && !byHost; hop++) {
    const device = behind.get(root);
    const onward = layout.channels.flatMap((channel, row) =>
      layout.devices[channel.device] === device ? [row] : [],
    );
    const next = mostOf(onward, (row) => view.paused[row] as number, MIN_PAUSED);
    if (next === null) {
      const full = mostOf(onward, (row) => fullness(view, row), 0);
      if (full !== null) root = keyOf(layout, full);
      break;
    }
    root = keyOf(layout, next);
    byHost = !behind.has(root);
  }
  const paused = layout.channels.flatMap((_, row) =>
    (view.paused[row] as number) > MIN_PAUSED ? [keyOf(layout, row)] : [],
  );
  const switches = new Set(paused.map((key) => splitChannel(key).device));
  const { pausedRatio } = held;
  return {
    held: held.key,
    pausedRatio,
    root,
    byHost,
    ports: paused.length,
    switches: switches.size,
  };
}

/** The port that fills a buffer is under pressure, and of those the one that sends most. */
const fullness = (view: FabricView, row: number): number =>
  (view.pressure[row] as number) + (view.utilization[row] as number);

function mostOf(
  rows: readonly number[],
  of: (row: number) => number,
  least: number,
): number | null {
  let most: number | null = null;
  let top = least;
  for (const row of rows) {
    const value = of(row);
    if (value > top) [most, top] = [row, value];
  }
  return most;
}

const keyOf = (
  layout: { readonly devices: readonly string[]; readonly channels: readonly Row[] },
  row: number,
): string => {
  const channel = layout.channels[row];
  return `${layout.devices[channel?.device ?? -1] ?? ''}:${channel?.interface ?? ''}`;
};

interface Row {
  readonly device: number;
  readonly interface: string;
}
