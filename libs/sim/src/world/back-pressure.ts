import type { Sharing } from '../sharing/sharing';
import { feedersOf, type ActiveStream } from './active-stream';
import type { QueueLoads } from './queue-loads';
import type { StreamTable } from './stream-table';

/** Caps closer than this are the same. */
const SAME = 1e-9;

/**
 * Priority flow control. A full lossless queue pauses the channels that feed it. Each of them is
 * one queue in which those that go on to the full queue stand in front of those that do not, so
 * nobody in it moves faster, per connection, than what the full queue lets through. A feeder that
 * fills up in turn pauses its own feeders (Guo et al., RDMA over Commodity Ethernet at Scale,
 * SIGCOMM 2016, on how that spreads to victims).
 */
export class BackPressure {
  private capped: number[] = [];

  constructor(
    private readonly sharing: Sharing,
    private readonly loads: QueueLoads,
    private readonly table: StreamTable,
  ) {}

  fork(sharing: Sharing, loads: QueueLoads, table: StreamTable): BackPressure {
    const copy = new BackPressure(sharing, loads, table);
    copy.capped = this.capped.slice();
    return copy;
  }

  /** Nobody is paused any more; what still overflows pauses again. */
  release(): void {
    for (const cell of this.capped) this.cap(cell, Infinity);
    this.capped = [];
  }

  /** Pauses the feeders of every full lossless queue; whether that was anything new. */
  spread(): boolean {
    let changed = false;
    const { capBps } = this.loads.settings;
    for (const cell of this.loads.pausing) {
      const rateBps = this.loads.heldRateBps(cell, this.table.entries);
      for (const feeder of this.feedersOf(cell)) {
        const before = capBps[feeder] as number;
        if (rateBps <= 0 || rateBps >= before * (1 - SAME)) continue;
        if (before === Infinity) this.capped.push(feeder);
        this.cap(feeder, rateBps);
        changed = true;
      }
    }
    return changed;
  }

  private cap(cell: number, bps: number): void {
    const channel = Math.floor(cell / this.loads.width);
    this.loads.settings.capBps[cell] = bps;
    this.loads.touchChannel(channel);
    this.sharing.setCap(channel, cell % this.loads.width, bps);
  }

  /** Cells of the same queue on the channels through which streams come into a cell. */
  private feedersOf(cell: number): Set<number> {
    const queue = cell % this.loads.width;
    const feeders = new Set<number>();
    this.loads.each(cell, this.table.entries, ({ shape }: ActiveStream, position) => {
      for (const channel of feedersOf(shape, position))
        feeders.add(channel * this.loads.width + queue);
    });
    return feeders;
  }
}
