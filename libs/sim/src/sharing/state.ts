import { assert } from '@weir/core/base';
import { Entries } from './entries';
import { grownFloat64, grownInt32 } from './growing';

export interface Scheduling {
  readonly strict: boolean;
  readonly weight: number;
}

/** A stream as the solver sees it; every connection of it gets the same rate. */
export interface SharedStream {
  /** Index of its queue, the same on all channels. */
  readonly queue: number;
  /** Channels that it loads, each once. */
  readonly channels: Int32Array;
  /** Connections on each of `channels`, above 0. */
  readonly connections: Float64Array;
  /** Rate that one connection would not exceed, bps; Infinity when there is none. */
  readonly demandBps: number;
}

const FIRST_STREAMS = 64;

/**
 * Channels, their queues and the streams on them as flat arrays. A key is a queue of a channel:
 * `channel * width + queue`. Rates are per connection, bps; loads are sums of them, bps.
 */
export class SharingState {
  readonly channels: number;
  readonly width: number;
  /** Of a channel: which of several equal bottlenecks counts, the lowest first. */
  readonly upstream: Int32Array;

  /** Of a channel: what it carries at most, and the streams that it holds back. */
  readonly capacity: Float64Array<ArrayBuffer>;
  readonly backlogged: Int32Array<ArrayBuffer>;

  /** Of a key. */
  readonly load: Float64Array<ArrayBuffer>;
  readonly cap: Float64Array<ArrayBuffer>;
  readonly weight: Float64Array<ArrayBuffer>;
  readonly strict: Uint8Array<ArrayBuffer>;
  entries: Entries;

  /** Of a stream. `limit`: its demand or the lowest cap on its way, whose channel is `cappedAt`. */
  first = new Int32Array(FIRST_STREAMS);
  length = new Int32Array(FIRST_STREAMS);
  queue = new Int32Array(FIRST_STREAMS);
  demand = new Float64Array(FIRST_STREAMS);
  limit = new Float64Array(FIRST_STREAMS);
  cappedAt = new Int32Array(FIRST_STREAMS);
  rate = new Float64Array(FIRST_STREAMS);
  /** Channel whose fair share holds the stream back, -1: it has all it wants. */
  bottleneck = new Int32Array(FIRST_STREAMS);
  /** 0: no such stream. */
  alive = new Int32Array(FIRST_STREAMS);
  /** Streams are numbered below this. */
  streams = 0;
  private freeIds: number[] = [];
  /** Keys with a cap. */
  caps = 0;

  constructor(
    capacityBps: Float64Array,
    readonly queues: readonly Scheduling[],
    upstream?: Int32Array,
  ) {
    this.channels = capacityBps.length;
    this.width = queues.length;
    this.upstream = upstream ?? new Int32Array(this.channels);
    const keys = this.channels * this.width;
    this.capacity = Float64Array.from(capacityBps);
    this.backlogged = new Int32Array(this.channels);
    this.load = new Float64Array(keys);
    this.cap = new Float64Array(keys).fill(Infinity);
    this.weight = new Float64Array(keys);
    this.strict = new Uint8Array(keys);
    for (let key = 0; key < keys; key++) this.schedule(key, null);
    this.entries = new Entries(keys);
  }

  /** How a key is served; null: as its queue is by default. */
  schedule(key: number, scheduling: Scheduling | null): void {
    const { strict, weight } = scheduling ?? this.queues[key % this.width]!;
    assert(strict || weight > 0, 'a weighted queue has a weight above 0');
    this.strict[key] = strict ? 1 : 0;
    this.weight[key] = weight;
  }

  /** A new stream at rate 0. */
  insert(stream: SharedStream): number {
    const { channels, connections, queue, demandBps } = stream;
    assert(queue >= 0 && queue < this.width, 'queue in range');
    assert(channels.length === connections.length, 'a number of connections for each channel');
    const id = this.freeIds.pop() ?? this.streams++;
    if (id >= this.alive.length) this.growStreams(this.alive.length * 2);
    const entries = this.entries;
    const first = entries.allocate(channels.length);
    for (let i = 0; i < channels.length; i++) {
      const channel = channels[i]!;
      assert(channel >= 0 && channel < this.channels, 'channel in range');
      assert(connections[i]! > 0, 'connections above 0');
      entries.channel[first + i] = channel;
      entries.connections[first + i] = connections[i]!;
      entries.owner[first + i] = id;
      entries.link(first + i, channel * this.width + queue);
    }
    this.first[id] = first;
    this.length[id] = channels.length;
    this.queue[id] = queue;
    this.demand[id] = demandBps;
    this.rate[id] = 0;
    this.bottleneck[id] = -1;
    this.alive[id] = 1;
    this.findLimit(id);
    return id;
  }

  /** Forgets a stream. Its load is to be taken off before. */
  delete(id: number): void {
    const first = this.first[id]!;
    const length = this.length[id]!;
    for (let entry = first; entry < first + length; entry++) this.entries.unlink(entry);
    this.entries.release(first, length);
    this.alive[id] = 0;
    this.freeIds.push(id);
  }

  /** Sets `limit` and `cappedAt` from the demand and all caps on the way. */
  findLimit(id: number): void {
    let limit = this.demand[id]!;
    let cappedAt = -1;
    const end = this.first[id]! + this.length[id]!;
    if (this.caps > 0) {
      for (let entry = this.first[id]!; entry < end; entry++) {
        const cap = this.cap[this.entries.key[entry]!]!;
        if (cap >= limit) continue;
        limit = cap;
        cappedAt = this.entries.channel[entry]!;
      }
    }
    this.limit[id] = limit;
    this.cappedAt[id] = cappedAt;
  }

  copy(): SharingState {
    const copy = new SharingState(this.capacity, this.queues, this.upstream);
    copy.backlogged.set(this.backlogged);
    copy.load.set(this.load);
    copy.cap.set(this.cap);
    copy.weight.set(this.weight);
    copy.strict.set(this.strict);
    copy.entries = this.entries.copy();
    copy.first = this.first.slice();
    copy.length = this.length.slice();
    copy.queue = this.queue.slice();
    copy.demand = this.demand.slice();
    copy.limit = this.limit.slice();
    copy.cappedAt = this.cappedAt.slice();
    copy.rate = this.rate.slice();
    copy.bottleneck = this.bottleneck.slice();
    copy.alive = this.alive.slice();
    copy.streams = this.streams;
    copy.freeIds = [...this.freeIds];
    copy.caps = this.caps;
    return copy;
  }

  private growStreams(length: number): void {
    this.first = grownInt32(this.first, length);
    this.length = grownInt32(this.length, length);
    this.queue = grownInt32(this.queue, length);
    this.demand = grownFloat64(this.demand, length);
    this.limit = grownFloat64(this.limit, length);
    this.cappedAt = grownInt32(this.cappedAt, length);
    this.rate = grownFloat64(this.rate, length);
    this.bottleneck = grownInt32(this.bottleneck, length);
    this.alive = grownInt32(this.alive, length);
  }
}
