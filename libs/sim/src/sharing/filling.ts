import { assert } from '@weir/core/base';
import { grownInt32 } from './growing';
import { OpenStreams } from './open-streams';
import { Negotiation } from './negotiation';
import type { SharingState } from './state';

/**
 * Progressive filling (Bertsekas and Gallager, Data Networks, 6.5.2) for a set of streams beside
 * others whose rates stay. Each open stream keeps the key with its lowest level, the same of
 * several equal ones as all others do (the most upstream, then the lowest number). A queue whose open streams all have their lowest level on it closes at
 * that level, weighted queues of one channel together; a stream that wants less than its lowest
 * level closes at once. Levels only grow, so none of it is regretted. With one weighted queue
 * the lowest level of all can always close; several can wait for each other, and negotiate then.
 */
export class Filling {
  readonly open: OpenStreams;
  private readonly negotiation: Negotiation;
  /** Of a key: open streams that have their lowest level there. */
  private readonly tight: Int32Array<ArrayBuffer>;
  /** Of a stream: key of its lowest level, -1 while unknown. */
  private tightest = new Int32Array(64);
  private readonly isDirty: Uint8Array<ArrayBuffer>;
  private readonly dirty: number[] = [];
  /** Streams whose lowest level is to be found, by rank of their queue. */
  private readonly unknown: number[][];
  private readonly rank: number[];
  private readonly candidates: number[] = [];
  private readonly before: Float64Array<ArrayBuffer>;

  constructor(private readonly state: SharingState) {
    this.open = new OpenStreams(state);
    this.negotiation = new Negotiation(state, this.open);
    this.tight = new Int32Array(state.channels * state.width);
    this.isDirty = new Uint8Array(state.channels);
    this.before = new Float64Array(state.width);
    // What a later rank can get is only known when the ranks before it are through.
    const strict = state.queues.filter((queue) => queue.strict).length;
    let next = 0;
    this.rank = state.queues.map((queue) => (queue.strict ? next++ : strict));
    this.unknown = Array.from({ length: strict + 1 }, () => []);
  }

  /** Negotiations that were needed, and those that found no end and were cut short. */
  get negotiations(): { readonly held: number; readonly cut: number } {
    return this.negotiation;
  }

  /** New rates and bottlenecks for `streams`. */
  fill(streams: readonly number[]): void {
    const { state, open } = this;
    if (state.alive.length > this.tightest.length)
      this.tightest = grownInt32(this.tightest, state.alive.length);
    for (const stream of streams) {
      open.open(stream);
      this.tightest[stream] = -1;
      this.unknown[this.rank[state.queue[stream]!]!]!.push(stream);
    }
    for (const stream of streams) this.markDirty(stream);
    for (let rank = 0; rank < this.unknown.length; rank++) this.settle(rank);
    const stuck = streams.filter((stream) => open.isOpen[stream] === 1);
    if (stuck.length === 0) return;
    for (const stream of stuck) this.tight[this.tightest[stream]!] = 0;
    this.negotiation.hold(stuck);
  }

  /** Works until nothing more can close without the ranks that come later. */
  private settle(rank: number): void {
    for (;;) {
      const channel = this.dirty.pop();
      if (channel !== undefined) {
        this.refresh(channel);
        continue;
      }
      const stream = this.nextUnknown(rank);
      if (stream >= 0) {
        if (this.open.isOpen[stream] === 1) this.findTightest(stream);
        continue;
      }
      const candidate = this.candidates.pop();
      if (candidate === undefined) return;
      this.closeWherePossible(candidate);
    }
  }

  private nextUnknown(rank: number): number {
    for (let r = 0; r <= rank; r++) {
      const stream = this.unknown[r]!.pop();
      if (stream !== undefined) return stream;
    }
    return -1;
  }

  private markDirty(stream: number): void {
    const { first, length, entries } = this.state;
    const end = first[stream]! + length[stream]!;
    const channels = entries.channel;
    const { onChannel } = this.open;
    for (let entry = first[stream]!; entry < end; entry++) {
      const channel = channels[entry]!;
      if (this.isDirty[channel] !== 0 || onChannel[channel] === 0) continue;
      this.isDirty[channel] = 1;
      this.dirty.push(channel);
    }
  }

  /** New levels of a channel; streams that had their lowest level there look again. */
  private refresh(channel: number): void {
    this.isDirty[channel] = 0;
    const { width } = this.state;
    const { count, level } = this.open;
    const base = channel * width;
    let watched = 0;
    for (let queue = 0; queue < width; queue++) {
      if (this.tight[base + queue] === 0) continue;
      this.before[queue] = level[base + queue]!;
      watched += 1;
    }
    this.open.setLevels(channel);
    if (watched === 0) return;
    this.candidates.push(channel);
    for (let queue = 0; queue < width; queue++) {
      const key = base + queue;
      if (this.tight[key] === 0 || count[key] === 0) continue;
      if (level[key] !== this.before[queue]) this.forgetTightest(key);
    }
  }

  private forgetTightest(key: number): void {
    const { entries, queue } = this.state;
    for (let entry = entries.head[key]!; entry >= 0; entry = entries.next[entry]!) {
      const stream = entries.owner[entry]!;
      if (this.open.isOpen[stream] !== 1 || this.tightest[stream] !== key) continue;
      this.tightest[stream] = -1;
      this.unknown[this.rank[queue[stream]!]!]!.push(stream);
    }
    this.tight[key] = 0;
  }

  private findTightest(stream: number): void {
    const { first, length, entries, limit, upstream } = this.state;
    const { level } = this.open;
    const { key: keys, channel: channels } = entries;
    const end = first[stream]! + length[stream]!;
    let least = Infinity;
    let at = -1;
    let order = 0;
    for (let entry = first[stream]!; entry < end; entry++) {
      const key = keys[entry]!;
      const here = level[key]!;
      if (here > least) continue;
      const place = upstream[channels[entry]!]!;
      if (here === least && (place > order || (place === order && key > at))) continue;
      least = here;
      at = key;
      order = place;
    }
    if (limit[stream]! <= least || at < 0) {
      this.close(stream, limit[stream]!, -1);
      return;
    }
    this.tightest[stream] = at;
    this.tight[at]! += 1;
    this.candidates.push(Math.floor(at / this.state.width));
  }

  /** Closes the first strict queue with open streams, or all weighted ones, if nothing is missing. */
  private closeWherePossible(channel: number): void {
    const { width, strict } = this.state;
    const { count } = this.open;
    const base = channel * width;
    for (let key = base; key < base + width; key++) {
      if (strict[key] === 0 || count[key] === 0) continue;
      if (this.tight[key] === count[key]) this.closeQueue(channel, key);
      return;
    }
    for (let key = base; key < base + width; key++)
      if (count[key] !== 0 && this.tight[key] !== count[key]) return;
    for (let key = base; key < base + width; key++)
      if (count[key] !== 0) this.closeQueue(channel, key);
  }

  private closeQueue(channel: number, key: number): void {
    const { entries } = this.state;
    const level = this.open.level[key]!;
    this.tight[key] = 0;
    for (let entry = entries.head[key]!; entry >= 0; entry = entries.next[entry]!) {
      const stream = entries.owner[entry]!;
      if (this.open.isOpen[stream] !== 1) continue;
      assert(this.tightest[stream] === key, 'a queue closes with its own streams only');
      this.close(stream, level, channel);
    }
  }

  private close(stream: number, rate: number, bottleneck: number): void {
    this.open.close(stream, rate, bottleneck);
    this.markDirty(stream);
  }
}
