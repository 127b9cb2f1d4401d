import { patched, type ConfigImage, type DeviceDiff, type DeviceId } from '@weir/core/model';
import { Histogram, type World } from '@weir/sim';
import type { TimelineEntry } from '../build/timeline';
import type { ImageCodec } from '../devices/image-codec';
import type { Window } from '../result';
import { applyToWorld } from '../run/apply';

/** What a future would have shown: observations by `workload metric`, and loss by port. */
export interface Observed {
  readonly histograms: ReadonlyMap<string, Histogram>;
  /** Packets dropped over packets that came, by port, within the window. */
  readonly lossRatio: ReadonlyMap<string, number>;
}

export const seriesKey = (workload: string, metric: string): string => `${workload} ${metric}`;

/** Writes the leaves of a change to the switches of a world. */
export function applyDiffs(
  world: World,
  diffs: readonly DeviceDiff[],
  images: ReadonlyMap<DeviceId, ConfigImage>,
  codec: ImageCodec,
): void {
  for (const { device, leaves } of diffs) {
    const image = images.get(device);
    if (image === undefined) continue;
    const after = patched(image, leaves);
    world.configure(device, codec.settingsOf(device, after, world.settings(device)));
  }
}

/** Lets a world of its own run through the events to come, and measures each of the windows. */
export function live(
  world: World,
  coming: readonly TimelineEntry[],
  windows: readonly Window[],
  stepMs: number,
): readonly Observed[] {
  const measured = windows.map((window) => new Measured(window));
  const edges = windows.flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
  const endMs = Math.max(...windows.map(({ toMs }) => toMs));
  const left = coming.filter((entry) => entry.atMs > world.nowMs);
  while (world.nowMs < endMs) {
    const edgeMs = Math.min(...edges.filter((atMs) => atMs > world.nowMs));
    const gridMs = (Math.floor(world.nowMs / stepMs) + 1) * stepMs;
    world.advanceTo(Math.min(edgeMs, gridMs, left[0]?.atMs ?? Infinity));
    const observations = world.takeObservations();
    for (const one of measured) one.take(world, observations);
    // Refusals (a workload that runs already) are the run's to report, not the comparison's.
    while (left[0] !== undefined && left[0].atMs <= world.nowMs) {
      const entry = left.shift();
      if (entry !== undefined) applyToWorld(world, entry.action);
    }
  }
  return measured.map((one) => one.observed());
}

class Measured {
  private readonly histograms = new Map<string, Histogram>();
  private before: ReadonlyMap<string, Packets> | null = null;
  private after: ReadonlyMap<string, Packets> | null = null;

  constructor(private readonly window: Window) {}

  /** What was seen up to now, since the last time that it was taken. */
  take(world: World, observations: ReturnType<World['takeObservations']>): void {
    const { nowMs } = world;
    const { fromMs, toMs } = this.window;
    if (nowMs >= fromMs) this.before ??= packetsOf(world);
    if (nowMs >= toMs) this.after ??= packetsOf(world);
    if (nowMs <= fromMs || nowMs > toMs) return;
    for (const { workload, metric, histogram } of observations) {
      const key = seriesKey(workload, metric);
      const sum = this.histograms.get(key) ?? new Histogram();
      sum.merge(histogram);
      this.histograms.set(key, sum);
    }
  }

  observed(): Observed {
    const { histograms, before, after } = this;
    return { histograms, lossRatio: lossBetween(before ?? new Map(), after ?? new Map()) };
  }
}

interface Packets {
  readonly sent: number;
  readonly dropped: number;
}

function packetsOf(world: World): Map<string, Packets> {
  const packets = new Map<string, Packets>();
  for (const { name } of world.spec.switches)
    for (const [port, counters] of world.counters(name).interfaces) {
      let dropped = 0;
      for (const queue of counters.queues) dropped += queue.droppedPkts;
      packets.set(`${name}:${port}`, { sent: counters.outPkts, dropped });
    }
  return packets;
}

function lossBetween(
  before: ReadonlyMap<string, Packets>,
  after: ReadonlyMap<string, Packets>,
): Map<string, number> {
  const loss = new Map<string, number>();
  for (const [port, { sent, dropped }] of after) {
    const first = before.get(port) ?? { sent: 0, dropped: 0 };
    const lost = Math.max(0, dropped - first.dropped);
    const all = lost + Math.max(0, sent - first.sent);
    loss.set(port, all === 0 ? 0 : lost / all);
  }
  return loss;
}
