import type { OpenStreams } from './open-streams';
import type { SharingState } from './state';

/** Bounds are sums; a channel this close to full by them counts as full. */
const MARGIN = 1e-9;

/**
 * The channels that can hold any of some open streams back. Each stream gets at least the lowest
 * level on its way; so none can have more than what the others then leave on each of its
 * channels; and a channel that is not full when all have that much cannot matter. A collective
 * over thousands of channels is decided by a few of them.
 */
export class RelevantChannels {
  channels: number[] = [];
  private readonly entries = new Map<number, number[]>();
  private readonly sum: Float64Array<ArrayBuffer>;
  private readonly mark: Uint8Array<ArrayBuffer>;

  constructor(
    private readonly state: SharingState,
    private readonly open: OpenStreams,
  ) {
    this.sum = new Float64Array(state.channels);
    this.mark = new Uint8Array(state.channels);
  }

  /** Entries of a stream on relevant channels. */
  entriesOf(stream: number): readonly number[] {
    return this.entries.get(stream) ?? [];
  }

  find(streams: readonly number[]): void {
    const least = streams.map((stream) => this.least(stream));
    this.addUp(streams, least);
    const most = streams.map((stream, i) => this.most(stream, least[i]!));
    this.addUp(streams, most);
    for (const channel of this.channels) this.mark[channel] = 0;
    this.channels = [];
    this.entries.clear();
    streams.forEach((stream, i) => this.collect(stream, most[i]!));
  }

  private collect(stream: number, most: number): void {
    const { first, length, entries, capacity, width, load } = this.state;
    const own: number[] = [];
    const end = first[stream]! + length[stream]!;
    for (let entry = first[stream]!; entry < end; entry++) {
      const channel = entries.channel[entry]!;
      if (this.mark[channel] === 0) {
        let total = this.sum[channel]!;
        for (let key = channel * width; key < (channel + 1) * width; key++) total += load[key]!;
        if (total < capacity[channel]! * (1 - MARGIN)) continue;
        // Alone on it: only where it could really be held back.
        const alone = this.open.onChannel[channel] === 1;
        const level = this.open.level[entries.key[entry]!]!;
        if (alone && level > most * (1 + MARGIN)) continue;
        this.mark[channel] = 1;
        this.channels.push(channel);
      }
      own.push(entry);
    }
    this.entries.set(stream, own);
  }

  private least(stream: number): number {
    const { first, length, entries, limit } = this.state;
    const end = first[stream]! + length[stream]!;
    let least = limit[stream]!;
    for (let entry = first[stream]!; entry < end; entry++)
      least = Math.min(least, this.open.level[entries.key[entry]!]!);
    return least;
  }

  /** What the others leave, nothing being taken off for lower queues: they have to yield. */
  private most(stream: number, least: number): number {
    const { first, length, entries, limit, capacity } = this.state;
    const end = first[stream]! + length[stream]!;
    let most = limit[stream]!;
    for (let entry = first[stream]!; entry < end; entry++) {
      const channel = entries.channel[entry]!;
      const left = capacity[channel]! - this.sum[channel]! - this.fixedAbove(entries.key[entry]!);
      most = Math.min(most, least + Math.max(0, left) / entries.connections[entry]!);
    }
    return most;
  }

  private fixedAbove(key: number): number {
    const { width, strict, load } = this.state;
    const base = key - (key % width);
    const end = strict[key] !== 0 ? key + 1 : base + width;
    let fixed = 0;
    for (let other = base; other < end; other++)
      if (strict[key] === 0 || strict[other] !== 0) fixed += load[other]!;
    return fixed;
  }

  /** `sum`: load of the open streams on each of their channels at these rates. */
  private addUp(streams: readonly number[], rates: readonly number[]): void {
    const { first, length, entries } = this.state;
    for (const stream of streams) {
      const end = first[stream]! + length[stream]!;
      for (let entry = first[stream]!; entry < end; entry++) this.sum[entries.channel[entry]!] = 0;
    }
    streams.forEach((stream, i) => {
      const end = first[stream]! + length[stream]!;
      for (let entry = first[stream]!; entry < end; entry++)
        this.sum[entries.channel[entry]!]! += entries.connections[entry]! * rates[i]!;
    });
  }
}
