import { grownInt32 } from './growing';
import type { SharingState } from './state';

/** Streams being solved: their rates are not in the loads, others count with what they have. */
export class OpenStreams {
  /** Of a key: connections of its open streams, and their number. */
  readonly connections: Float64Array<ArrayBuffer>;
  readonly count: Int32Array<ArrayBuffer>;
  /** Of a channel: open streams on it. */
  readonly onChannel: Int32Array<ArrayBuffer>;
  /**
   * Of a key with open streams: rate that each connection of them gets if all queues with open
   * streams on the channel are backlogged there. What closes can only raise it.
   */
  readonly level: Float64Array<ArrayBuffer>;
  /** Of a stream: 1 while it is open. */
  isOpen = new Int32Array(64);
  private readonly excluded: Uint8Array<ArrayBuffer>;

  constructor(private readonly state: SharingState) {
    const keys = state.channels * state.width;
    this.connections = new Float64Array(keys);
    this.count = new Int32Array(keys);
    this.onChannel = new Int32Array(state.channels);
    this.level = new Float64Array(keys);
    this.excluded = new Uint8Array(state.width);
  }

  /** Takes the rate of a stream off all loads. */
  open(stream: number): void {
    const { entries, load, backlogged, bottleneck, rate } = this.state;
    if (stream >= this.isOpen.length)
      this.isOpen = grownInt32(this.isOpen, Math.max(stream + 1, this.isOpen.length * 2));
    this.isOpen[stream] = 1;
    const had = rate[stream]!;
    const first = this.state.first[stream]!;
    const end = first + this.state.length[stream]!;
    const { key: keys, channel: channels, connections } = entries;
    for (let entry = first; entry < end; entry++) {
      const key = keys[entry]!;
      const loading = connections[entry]!;
      this.connections[key]! += loading;
      const open = this.count[key]! + 1;
      this.count[key] = open;
      this.onChannel[channels[entry]!]! += 1;
      // A key without anyone else is exactly empty, so that rounding does not pile up.
      load[key] = open === entries.count[key] ? 0 : load[key]! - loading * had;
    }
    if (bottleneck[stream]! >= 0) backlogged[bottleneck[stream]!]! -= 1;
    bottleneck[stream] = -1;
  }

  /** Gives a stream its rate and puts it on all loads. */
  close(stream: number, rate: number, bottleneck: number): void {
    const { entries, load, backlogged } = this.state;
    this.isOpen[stream] = 0;
    this.state.rate[stream] = rate;
    this.state.bottleneck[stream] = bottleneck;
    if (bottleneck >= 0) backlogged[bottleneck]! += 1;
    const first = this.state.first[stream]!;
    const end = first + this.state.length[stream]!;
    const { key: keys, channel: channels, connections } = entries;
    for (let entry = first; entry < end; entry++) {
      const key = keys[entry]!;
      const loading = connections[entry]!;
      load[key]! += loading * rate;
      const open = this.count[key]! - 1;
      this.count[key] = open;
      this.connections[key] = open === 0 ? 0 : this.connections[key]! - loading;
      this.onChannel[channels[entry]!]! -= 1;
    }
  }

  /**
   * Levels of all queues of a channel with open streams. Strict queues in order, the first one
   * with open streams may take everything that is left; then the weighted ones, each by its
   * weight, those without open streams with what they have (generalised processor sharing).
   */
  setLevels(channel: number): void {
    const { width, load, strict, weight, capacity } = this.state;
    const { count, level, connections } = this;
    const base = channel * width;
    let left = capacity[channel]!;
    let closed = 0;
    let weights = 0;
    let taken = false;
    let last = -1;
    for (let key = base; key < base + width; key++) {
      if (strict[key] !== 0) {
        if (count[key] === 0) left -= load[key]!;
        else {
          level[key] = taken ? 0 : Math.max(0, (left - load[key]!) / connections[key]!);
          taken = true;
        }
      } else if (count[key] === 0) closed += load[key]!;
      else {
        weights += weight[key]!;
        last = key;
      }
    }
    if (last < 0) return;
    const free = taken ? 0 : left - closed;
    if (weights === weight[last])
      level[last] = Math.max(0, (free - load[last]!) / connections[last]!);
    else this.setWeightedLevels(base, free, weights);
  }

  private setWeightedLevels(base: number, free: number, all: number): void {
    const { width, load, strict, weight } = this.state;
    let left = free;
    let weights = all;
    this.excluded.fill(0);
    for (let again = true; again;) {
      again = false;
      for (let queue = 0; queue < width; queue++) {
        const key = base + queue;
        if (strict[key] !== 0 || this.count[key] === 0 || this.excluded[queue] !== 0) continue;
        const room = (weight[key]! / weights) * left - load[key]!;
        this.level[key] = Math.max(0, room / this.connections[key]!);
        if (room >= 0 || weights === weight[key]) continue;
        // Closed streams of this queue have more than its share: nothing for the open ones.
        this.excluded[queue] = 1;
        left -= load[key]!;
        weights -= weight[key]!;
        again = true;
        break;
      }
    }
  }
}
