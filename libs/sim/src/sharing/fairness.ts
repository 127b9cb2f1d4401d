import type { SharingState } from './state';

/** Relative differences below this are rounding. */
const TOLERANCE = 1e-9;
/** Absolute ones, as a part of the capacity. */
const ROUNDING = 1e-12;

/**
 * Finds the streams of one channel whose rates cannot stay beside those that were just solved.
 * All rates are max-min fair when every stream that wants more has a bottleneck: a full channel
 * where nobody in its queue has a higher rate (Bertsekas and Gallager, 6.5.2) and no weighted
 * queue has more than its own for each unit of weight.
 */
export class Fairness {
  private readonly highest: Float64Array<ArrayBuffer>;
  /** Lowest rate of the streams that the channel holds back; Infinity: it holds none back. */
  private readonly lowest: Float64Array<ArrayBuffer>;

  constructor(private readonly state: SharingState) {
    this.highest = new Float64Array(state.width);
    this.lowest = new Float64Array(state.width);
  }

  /** Calls `reopen` for each such stream, also for streams that were just solved. */
  inspect(channel: number, reopen: (stream: number) => void): void {
    const { width, capacity, load, strict } = this.state;
    const base = channel * width;
    const limit = capacity[channel]!;
    let total = 0;
    for (let key = base; key < base + width; key++) total += load[key]!;
    const over = total > limit * (1 + TOLERANCE);
    if (!over && this.state.backlogged[channel] === 0) return;
    let through = 0;
    for (let key = base; key < base + width; key++) {
      if (strict[key] === 0) continue;
      through += load[key]!;
      if (through > limit * (1 + TOLERANCE)) this.reopenAbove(key, 0, reopen);
    }
    if (over) {
      for (let key = base; key < base + width; key++)
        if (strict[key] === 0) this.reopenAbove(key, 0, reopen);
    }
    if (this.state.backlogged[channel]! > 0) this.inspectBacklog(channel, total, reopen);
  }

  private inspectBacklog(channel: number, total: number, reopen: (stream: number) => void): void {
    const { width, capacity, load, strict, weight } = this.state;
    const base = channel * width;
    const full = capacity[channel]! * (1 - TOLERANCE);
    const rounding = capacity[channel]! * ROUNDING;
    let through = 0;
    let best = 0;
    for (let queue = 0; queue < width; queue++) {
      const key = base + queue;
      this.measure(channel, queue);
      if (strict[key] === 0) best = Math.max(best, load[key]! / weight[key]!);
    }
    for (let queue = 0; queue < width; queue++) {
      const key = base + queue;
      if (strict[key] !== 0) through += load[key]!;
      const low = this.lowest[queue]!;
      if (low === Infinity) continue;
      if ((strict[key] !== 0 ? through : total) < full) {
        this.reopenBacklog(key, Infinity, reopen);
        continue;
      }
      if (this.highest[queue]! > low * (1 + TOLERANCE) + rounding) {
        this.reopenAbove(key, low * (1 + TOLERANCE), reopen);
        this.reopenBacklog(key, this.highest[queue]! * (1 - TOLERANCE), reopen);
      }
      if (strict[key] === 0) this.inspectShares(channel, queue, best, reopen);
    }
  }

  private inspectShares(
    channel: number,
    queue: number,
    best: number,
    reopen: (stream: number) => void,
  ): void {
    const { width, capacity, load, strict, weight } = this.state;
    const base = channel * width;
    const own = (load[base + queue]! / weight[base + queue]!) * (1 + TOLERANCE);
    const most = own + (capacity[channel]! * ROUNDING) / weight[base + queue]!;
    if (best <= most) return;
    this.reopenBacklog(base + queue, Infinity, reopen);
    for (let other = 0; other < width; other++) {
      const key = base + other;
      if (strict[key] === 0 && load[key]! / weight[key]! > most) this.reopenAbove(key, 0, reopen);
    }
  }

  private measure(channel: number, queue: number): void {
    const { entries, rate, bottleneck, width } = this.state;
    let highest = 0;
    let lowest = Infinity;
    const first = entries.head[channel * width + queue]!;
    for (let entry = first; entry >= 0; entry = entries.next[entry]!) {
      const stream = entries.owner[entry]!;
      highest = Math.max(highest, rate[stream]!);
      if (bottleneck[stream] === channel) lowest = Math.min(lowest, rate[stream]!);
    }
    this.highest[queue] = highest;
    this.lowest[queue] = lowest;
  }

  private reopenAbove(key: number, above: number, reopen: (stream: number) => void): void {
    const { entries, rate } = this.state;
    for (let entry = entries.head[key]!; entry >= 0; entry = entries.next[entry]!)
      if (rate[entries.owner[entry]!]! > above) reopen(entries.owner[entry]!);
  }

  /** The streams of a key that its channel holds back below a rate. */
  private reopenBacklog(key: number, below: number, reopen: (stream: number) => void): void {
    const { entries, rate, bottleneck, width } = this.state;
    const channel = Math.floor(key / width);
    for (let entry = entries.head[key]!; entry >= 0; entry = entries.next[entry]!) {
      const stream = entries.owner[entry]!;
      if (bottleneck[stream] === channel && rate[stream]! < below) reopen(stream);
    }
  }
}
