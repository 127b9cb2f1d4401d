import type { Change, ConfigImage, DeviceId, Objective } from '@weir/core/model';
import { VirtualTime, type World } from '@weir/sim';
import type { TimelineEntry } from '../build/timeline';
import type { ImageCodec } from '../devices/image-codec';
import type { Truth, Window } from '../result';
import { applyDiffs, live, type Observed } from './alternative';
import { compare } from './compare';

/** Shortest time over which futures are compared: a verdict may come after a few samples. */
const SHORTEST_WINDOW_MS = 20_000;

/** The world and the configurations just before the first Set of a change. */
interface Moment {
  readonly world: World;
  readonly images: ReadonlyMap<DeviceId, ConfigImage>;
  readonly objectives: readonly Objective[];
}

/**
 * Knows what every change truly did: keeps the world as it was before the change, and runs its
 * future twice, with the change and without it, with nobody else acting. Same random streams, same
 * coming events, so that what differs is the change's doing.
 */
export class Witness {
  private readonly moments = new Map<string, Moment>();
  private readonly truths = new Map<string, Truth>();

  constructor(
    private readonly timeline: readonly TimelineEntry[],
    private readonly codec: ImageCodec,
    private readonly stepMs: number,
    /** End of the run: a future is not followed much beyond it. */
    private readonly endMs: number,
  ) {}

  before(
    change: Change,
    world: World,
    images: ReadonlyMap<DeviceId, ConfigImage>,
    objectives: readonly Objective[],
  ): void {
    this.moments.set(change.id, { world: world.fork(), images: new Map(images), objectives });
  }

  /** Looks at a change that has its verdict, or, at the end of the run, at any that was applied. */
  judge(change: Change): void {
    const moment = this.moments.get(change.id);
    if (moment === undefined) return;
    this.moments.delete(change.id);
    const window = windowOf(change, moment.world.nowMs, this.endMs, this.timeline);
    const later = laterOf(change);
    const windows = later === null ? [window] : [window, later];
    const withIt = moment.world.fork();
    applyDiffs(withIt, change.plan.diffs, moment.images, this.codec);
    const without = live(moment.world, this.timeline, windows, this.stepMs);
    const changed = live(withIt, this.timeline, windows, this.stepMs);
    const [judged, future] = windows.map((one, i) => {
      const futures = { without: without[i] ?? NOTHING, with: changed[i] ?? NOTHING };
      return compare(change, moment.objectives, futures, one);
    });
    if (judged !== undefined) this.truths.set(change.id, { ...judged, later: future ?? null });
  }

  /** Nothing of the change reached a switch. */
  forget(id: string): void {
    this.moments.delete(id);
  }

  waitsFor(id: string): boolean {
    return this.moments.has(id);
  }

  truthOf(id: string): Truth | null {
    return this.truths.get(id) ?? null;
  }
}

const NOTHING: Observed = { histograms: new Map(), lossRatio: new Map() };

/** The time of which a verdict decides, as far as futures are compared; null without a verdict. */
function laterOf({ times: { verified } }: Change): Window | null {
  if (verified === undefined) return null;
  const fromMs = VirtualTime.sinceStartMs(verified);
  return { fromMs, toMs: fromMs + SHORTEST_WINDOW_MS };
}

/**
 * From when the change had settled to its verdict, and long enough to tell an effect from noise, but
 * not into what happens to the world after the verdict.
 */
function windowOf(
  change: Change,
  forkedMs: number,
  endMs: number,
  timeline: readonly TimelineEntry[],
): Window {
  const { applied, verified } = change.times;
  const since = (wallMs: number | undefined): number =>
    wallMs === undefined ? forkedMs : VirtualTime.sinceStartMs(wallMs);
  // A change that could not settle within the run is looked at from the end of the run on.
  const fromMs = Math.min(since(applied) + change.verify.settleMs, endMs);
  const toMs = Math.max(since(verified), fromMs + SHORTEST_WINDOW_MS);
  if (verified === undefined) return { fromMs, toMs };
  const next = timeline.find(({ atMs }) => atMs > since(verified));
  return { fromMs, toMs: Math.min(toMs, next?.atMs ?? Infinity) };
}
