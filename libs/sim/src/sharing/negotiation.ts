import type { OpenStreams } from './open-streams';
import { RelevantChannels } from './relevant-channels';
import type { SharingState } from './state';

/** Offers go all the way at first, and less of it later: some channels answer each other for ever. */
const STEPS = [
  { sweeps: 200, step: 1 },
  { sweeps: 300, step: 0.5 },
  { sweeps: 1200, step: 0.15 },
];
const SETTLED = 1e-10;

/**
 * For streams of several weighted queues that wait for each other: each channel offers every
 * queue a rate per connection, given what its streams can use elsewhere, until no offer moves.
 * Where no offer moves, each channel shares as its scheduler would (so the rates are max-min fair
 * with weights), but the outcome need not be the only one: two streams of different queues that
 * share two channels can hold each other back in more than one way.
 */
export class Negotiation {
  held = 0;
  cut = 0;
  private readonly relevant: RelevantChannels;
  /** Of a stream: its two lowest offers and the key of the lowest, its own limit included. */
  private lowest = new Float64Array(0);
  private second = new Float64Array(0);
  private at = new Int32Array(0);
  private readonly offer: Float64Array<ArrayBuffer>;
  private readonly proposal: Float64Array<ArrayBuffer>;
  private readonly wants: Float64Array<ArrayBuffer>;

  constructor(
    private readonly state: SharingState,
    private readonly open: OpenStreams,
  ) {
    this.relevant = new RelevantChannels(state, open);
    this.offer = new Float64Array(state.channels * state.width);
    this.proposal = new Float64Array(state.width);
    this.wants = new Float64Array(state.width);
  }

  /** Closes all of `streams`, which are all that is open. */
  hold(streams: readonly number[]): void {
    this.held += 1;
    this.reserve();
    this.relevant.find(streams);
    // First offers: what each queue gets at least.
    for (const stream of streams)
      for (const entry of this.relevant.entriesOf(stream)) {
        const key = this.state.entries.key[entry]!;
        this.offer[key] = this.open.level[key]!;
      }
    for (const stream of streams) this.findLowest(stream);
    let settled = false;
    for (const { sweeps, step } of STEPS)
      for (let sweep = 0; sweep < sweeps && !settled; sweep++) settled = this.sweepAll(step);
    if (!settled) this.cut += 1;
    this.closeAll(streams, settled);
  }

  /** Whether no offer moved. */
  private sweepAll(step: number): boolean {
    let settled = true;
    for (const channel of this.relevant.channels) if (this.sweep(channel, step)) settled = false;
    return settled;
  }

  private reserve(): void {
    const length = this.state.alive.length;
    if (this.lowest.length >= length) return;
    this.lowest = new Float64Array(length);
    this.second = new Float64Array(length);
    this.at = new Int32Array(length);
  }

  private findLowest(stream: number): void {
    const keys = this.state.entries.key;
    let lowest = this.state.limit[stream]!;
    let second = Infinity;
    let at = -1;
    for (const entry of this.relevant.entriesOf(stream)) {
      const key = keys[entry]!;
      const here = this.offer[key]!;
      if (here < lowest) {
        second = lowest;
        lowest = here;
        at = key;
      } else if (here < second) second = here;
    }
    this.lowest[stream] = lowest;
    this.second[stream] = second;
    this.at[stream] = at;
  }

  /** New offers of one channel; whether any moved. */
  private sweep(channel: number, step: number): boolean {
    const { width } = this.state;
    const base = channel * width;
    this.propose(channel);
    let moved = false;
    for (let queue = 0; queue < width; queue++) {
      const key = base + queue;
      if (this.open.count[key] === 0) continue;
      const old = this.offer[key]!;
      const wanted = this.proposal[queue]!;
      // An offer without end cannot be approached by halves.
      const endless = wanted === Infinity || old === Infinity;
      if (wanted === old) continue;
      if (!endless && Math.abs(wanted - old) <= SETTLED * Math.max(wanted, old)) continue;
      this.offer[key] = endless ? wanted : old + step * (wanted - old);
      this.tellStreams(key, old);
      moved = true;
    }
    return moved;
  }

  /** Brings the lowest offers of the streams of a key up to date. */
  private tellStreams(key: number, old: number): void {
    const { entries } = this.state;
    for (let entry = entries.head[key]!; entry >= 0; entry = entries.next[entry]!) {
      const stream = entries.owner[entry]!;
      if (this.open.isOpen[stream] !== 1) continue;
      const counted = this.at[stream] === key || old <= this.second[stream]!;
      if (counted || this.offer[key]! < this.second[stream]!) this.findLowest(stream);
    }
  }

  private elsewhere(stream: number, key: number): number {
    return this.at[stream] === key ? this.second[stream]! : this.lowest[stream]!;
  }

  /** Shares one channel as its scheduler would. */
  private propose(channel: number): void {
    const { width, strict, load, capacity } = this.state;
    const base = channel * width;
    let left = capacity[channel]!;
    for (let queue = 0; queue < width; queue++) {
      const key = base + queue;
      if (strict[key] === 0) continue;
      const wanted = this.wanted(key);
      this.proposal[queue] = wanted > left ? this.level(key, left - load[key]!) : Infinity;
      left = Math.max(0, left - wanted);
    }
    this.proposeWeighted(base, left);
  }

  /** Queues that want less than their share have it; the rest goes by weight to the others. */
  private proposeWeighted(base: number, free: number): void {
    const { width, strict, weight, load } = this.state;
    const { wants, proposal } = this;
    let left = free;
    let weights = 0;
    for (let queue = 0; queue < width; queue++) {
      const key = base + queue;
      wants[queue] = -1;
      if (strict[key] !== 0) continue;
      if (this.open.count[key] === 0) left -= load[key]!;
      else {
        wants[queue] = this.wanted(key);
        weights += weight[key]!;
      }
    }
    for (let again = weights > 0; again;) {
      again = false;
      for (let queue = 0; queue < width; queue++) {
        const key = base + queue;
        const wanted = wants[queue]!;
        if (wanted < 0 || wanted > (weight[key]! / weights) * left) continue;
        proposal[queue] = Infinity;
        wants[queue] = -1;
        left -= wanted;
        weights -= weight[key]!;
        again = true;
      }
    }
    for (let queue = 0; queue < width; queue++) {
      const key = base + queue;
      if (wants[queue]! >= 0)
        proposal[queue] = this.level(key, (weight[key]! / weights) * left - load[key]!);
    }
  }

  /** Load of a queue if its open streams had all that they can use elsewhere. */
  private wanted(key: number): number {
    const { entries, load } = this.state;
    let wanted = load[key]!;
    if (this.open.count[key] === 0) return wanted;
    for (let entry = entries.head[key]!; entry >= 0; entry = entries.next[entry]!) {
      const stream = entries.owner[entry]!;
      if (this.open.isOpen[stream] === 1)
        wanted += entries.connections[entry]! * this.elsewhere(stream, key);
    }
    return wanted;
  }

  /** Rate per connection at which the open streams of a key fill `room`. */
  private level(key: number, room: number): number {
    const { entries } = this.state;
    let level = room / this.open.connections[key]!;
    for (;;) {
      let left = room;
      let connections = 0;
      for (let entry = entries.head[key]!; entry >= 0; entry = entries.next[entry]!) {
        const stream = entries.owner[entry]!;
        if (this.open.isOpen[stream] !== 1) continue;
        const elsewhere = this.elsewhere(stream, key);
        if (elsewhere < level) left -= entries.connections[entry]! * elsewhere;
        else connections += entries.connections[entry]!;
      }
      const next = connections === 0 ? level : left / connections;
      if (!(next > level)) return Math.max(0, level);
      level = next;
    }
  }

  private closeAll(streams: readonly number[], settled: boolean): void {
    for (const stream of streams) {
      const at = this.at[stream]!;
      const channel = at < 0 ? -1 : Math.floor(at / this.state.width);
      const rate = settled ? this.lowest[stream]! : this.fitting(stream);
      this.open.close(stream, rate, channel);
    }
  }

  /** Without an end of the negotiation the rates still have to fit. */
  private fitting(stream: number): number {
    const { first, length, entries, capacity, load, width } = this.state;
    let rate = this.lowest[stream]!;
    const end = first[stream]! + length[stream]!;
    for (let entry = first[stream]!; entry < end; entry++) {
      const channel = entries.channel[entry]!;
      let left = capacity[channel]!;
      for (let queue = 0; queue < width; queue++) left -= load[channel * width + queue]!;
      rate = Math.min(rate, Math.max(0, left / entries.connections[entry]!));
    }
    return rate;
  }
}
