import { assert } from '@weir/core/base';
import { Fairness } from './fairness';
import { Filling } from './filling';
import { SharingState, type Scheduling, type SharedStream } from './state';

/** Above this part of all entries, solving everything costs less than growing further. */
const FULL_FROM = 0.5;
const MOST_ROUNDS = 24;
/** Loads are sums that take and give; they are added up anew after so many solves. */
const REFRESH_EVERY = 4096;
/** Changes of a rate below this are rounding and leave it as it was. */
const SAME = 1e-12;

/**
 * Max-min fair rates of streams that share channels, kept up to date. `solve` works on the
 * streams that changed, beside all others as they are; then it looks whether each channel they
 * load is still shared fairly, takes in the streams that are not, and works again until all are.
 *
 * A stream gets one rate r per connection and loads a channel with `connections * r`. Strict
 * queues come first, in order; weighted queues share what is left by weight among those with
 * traffic, work conserving; within a queue every connection is equal.
 */
export class Sharing {
  private state: SharingState;
  private filling: Filling;
  private fairness: Fairness;
  /** Streams to solve next time, and channels to look at; with marks so that each is there once. */
  private changed: number[] = [];
  private isChanged: Uint8Array<ArrayBuffer> = new Uint8Array(64);
  private touched: number[] = [];
  private isTouched: Uint8Array<ArrayBuffer>;
  private entriesChanged = 0;
  private solves = 0;

  /**
   * `upstream`: a number for each channel, lower where packets come by earlier. Of several channels
   * that hold a stream back alike the earliest is its bottleneck: the others see what it lets by.
   */
  constructor(capacityBps: Float64Array, queues: readonly Scheduling[], upstream?: Int32Array) {
    this.state = new SharingState(capacityBps, queues, upstream);
    this.filling = new Filling(this.state);
    this.fairness = new Fairness(this.state);
    this.isTouched = new Uint8Array(capacityBps.length);
  }

  /** The id of a new stream; ids of removed streams are used again. */
  add(stream: SharedStream): number {
    const id = this.state.insert(stream);
    this.change(id);
    return id;
  }

  remove(id: number): void {
    const { state } = this;
    this.expect(id);
    this.touchAll(id);
    const rate = state.rate[id]!;
    const { entries, load } = state;
    const end = state.first[id]! + state.length[id]!;
    for (let entry = state.first[id]!; entry < end; entry++) {
      const key = entries.key[entry]!;
      load[key] = entries.count[key] === 1 ? 0 : load[key]! - rate * entries.connections[entry]!;
    }
    if (state.bottleneck[id]! >= 0) state.backlogged[state.bottleneck[id]!]! -= 1;
    if (this.isChanged[id] === 1) {
      this.isChanged[id] = 0;
      this.entriesChanged -= state.length[id]!;
      this.changed = this.changed.filter((other) => other !== id);
    }
    state.delete(id);
  }

  /** Rate that one connection would not exceed, bps; Infinity when there is none. */
  setDemand(id: number, bps: number): void {
    this.expect(id);
    if (this.state.demand[id] === bps) return;
    this.state.demand[id] = bps;
    this.limitAgain(id);
  }

  /** 0: down, its streams get nothing. */
  setCapacity(channel: number, bps: number): void {
    if (this.state.capacity[channel] === bps) return;
    this.state.capacity[channel] = bps;
    this.touch(channel);
  }

  /** No connection of the queue that passes the channel sends more; Infinity removes the cap. */
  setCap(channel: number, queue: number, perConnectionBps: number): void {
    const { cap, width, entries } = this.state;
    const key = channel * width + queue;
    const old = cap[key]!;
    if (old === perConnectionBps) return;
    cap[key] = perConnectionBps;
    this.state.caps += (old === Infinity ? 1 : 0) - (perConnectionBps === Infinity ? 1 : 0);
    for (let entry = entries.head[key]!; entry >= 0; entry = entries.next[entry]!) {
      const stream = entries.owner[entry]!;
      const binding = this.state.cappedAt[stream] === channel;
      if (binding || perConnectionBps < this.state.limit[stream]!) this.limitAgain(stream);
    }
  }

  /** How one channel serves a queue; null: as the queue is by default. */
  setScheduling(channel: number, queue: number, scheduling: Scheduling | null): void {
    const { width, entries } = this.state;
    this.state.schedule(channel * width + queue, scheduling);
    for (let key = channel * width; key < (channel + 1) * width; key++) {
      for (let entry = entries.head[key]!; entry >= 0; entry = entries.next[entry]!)
        this.change(entries.owner[entry]!);
    }
  }

  /** Brings all rates up to date; ids of the streams whose rate or bottleneck changed. */
  solve(): readonly number[] {
    this.solves += 1;
    if (this.solves % REFRESH_EVERY === 0) this.refreshLoads();
    const before = new Map<number, { rate: number; bottleneck: number }>();
    this.inspectTouched();
    for (let round = 0; this.changed.length > 0; round++) {
      if (round >= MOST_ROUNDS || this.entriesChanged > FULL_FROM * this.state.entries.used)
        this.changeAll();
      const streams = this.changed;
      const { rate, bottleneck } = this.state;
      for (const id of streams)
        if (!before.has(id)) before.set(id, { rate: rate[id]!, bottleneck: bottleneck[id]! });
      this.filling.fill(streams);
      for (const id of streams) this.touchAll(id);
      const solved = streams.length;
      this.inspectTouched();
      // What was solved stays in: two groups that wait for each other would alternate.
      if (this.changed.length === solved) break;
    }
    this.forgetChanged();
    return this.differing(before);
  }

  /** Rate of one connection, bps. */
  rateBps(id: number): number {
    return this.state.rate[id]!;
  }

  /** The channel that holds the stream back, or where it is capped; -1: its own demand. */
  bottleneck(id: number): number {
    const { bottleneck, cappedAt } = this.state;
    return bottleneck[id]! >= 0 ? bottleneck[id]! : cappedAt[id]!;
  }

  /** What all streams of a queue put on a channel, bps. */
  loadBps(channel: number, queue: number): number {
    return this.state.load[channel * this.state.width + queue]!;
  }

  /** Rounds of bargaining between weighted queues, and those that were cut short. */
  negotiations(): { readonly held: number; readonly cut: number } {
    const { held, cut } = this.filling.negotiations;
    return { held, cut };
  }

  /** The same streams and rates, from here on independent. */
  fork(): Sharing {
    const fork = new Sharing(this.state.capacity, this.state.queues, this.state.upstream);
    fork.state = this.state.copy();
    fork.filling = new Filling(fork.state);
    fork.fairness = new Fairness(fork.state);
    fork.changed = [...this.changed];
    fork.isChanged = this.isChanged.slice();
    fork.touched = [...this.touched];
    fork.isTouched = this.isTouched.slice();
    fork.entriesChanged = this.entriesChanged;
    fork.solves = this.solves;
    return fork;
  }

  private expect(id: number): void {
    assert(id >= 0 && id < this.state.streams && this.state.alive[id] === 1, `stream ${id} exists`);
  }

  private readonly change = (id: number): void => {
    if (id >= this.isChanged.length) {
      const grown = new Uint8Array(Math.max(id + 1, this.isChanged.length * 2));
      grown.set(this.isChanged);
      this.isChanged = grown;
    }
    if (this.isChanged[id] === 1) return;
    this.isChanged[id] = 1;
    this.changed.push(id);
    this.entriesChanged += this.state.length[id]!;
  };

  private forgetChanged(): void {
    for (const id of this.changed) this.isChanged[id] = 0;
    this.changed = [];
    this.entriesChanged = 0;
  }

  private changeAll(): void {
    for (let id = 0; id < this.state.streams; id++) if (this.state.alive[id] === 1) this.change(id);
  }

  private touch(channel: number): void {
    if (this.isTouched[channel] === 1) return;
    this.isTouched[channel] = 1;
    this.touched.push(channel);
  }

  private touchAll(id: number): void {
    const { entries, first, length } = this.state;
    const end = first[id]! + length[id]!;
    for (let entry = first[id]!; entry < end; entry++) this.touch(entries.channel[entry]!);
  }

  /** A stream that its fair share holds back does not notice that it could have more. */
  private limitAgain(id: number): void {
    const { limit, rate, bottleneck } = this.state;
    this.state.findLimit(id);
    if (bottleneck[id]! < 0 ? limit[id] !== rate[id] : limit[id]! < rate[id]!) this.change(id);
  }

  private inspectTouched(): void {
    for (const channel of this.touched) {
      this.isTouched[channel] = 0;
      this.fairness.inspect(channel, this.change);
    }
    this.touched.length = 0;
  }

  private refreshLoads(): void {
    const { entries, load, rate, alive, first, length, streams } = this.state;
    load.fill(0);
    for (let id = 0; id < streams; id++) {
      if (alive[id] === 0) continue;
      const end = first[id]! + length[id]!;
      for (let entry = first[id]!; entry < end; entry++)
        load[entries.key[entry]!]! += entries.connections[entry]! * rate[id]!;
    }
  }

  private differing(before: ReadonlyMap<number, { rate: number; bottleneck: number }>): number[] {
    const { rate, bottleneck } = this.state;
    const ids: number[] = [];
    for (const [id, old] of before) {
      if (Math.abs(rate[id]! - old.rate) <= SAME * old.rate) rate[id] = old.rate;
      if (rate[id] !== old.rate || bottleneck[id] !== old.bottleneck) ids.push(id);
    }
    return ids;
  }
}
