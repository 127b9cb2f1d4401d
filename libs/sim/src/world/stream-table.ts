import { assert } from '@weir/core/base';
import type { Network } from '../network/network';
import type { Granted } from '../jobs/job';
import type { Sharing } from '../sharing/sharing';
import type { Stream } from '../sharing/stream';
import { compileStream, type ActiveStream } from './active-stream';
import type { PrefixCounters } from './prefix-counters';
import type { QueueLoads } from './queue-loads';

/** A stream that left may come back in the next phase of its job; so long its shape is kept. */
const KEEP_MS = 2000;

/** The streams in the network, and in step with them the sharing, the queues and the counters. */
export class StreamTable {
  readonly entries: (ActiveStream | undefined)[] = [];
  private slotOfId: number[] = [];
  private free: number[] = [];
  private resting = new Map<Stream, number>();
  private sweptMs = 0;
  /** Streams in the network now. */
  active = 0;

  constructor(
    private readonly network: Network,
    private readonly sharing: Sharing,
    private readonly loads: QueueLoads,
    private readonly prefixes: PrefixCounters,
  ) {}

  fork(
    network: Network,
    sharing: Sharing,
    loads: QueueLoads,
    prefixes: PrefixCounters,
  ): StreamTable {
    const copy = new StreamTable(network, sharing, loads, prefixes);
    for (const entry of this.entries)
      copy.entries.push(
        entry === undefined ? undefined : { ...entry, places: entry.places.slice() },
      );
    copy.slotOfId = this.slotOfId.slice();
    copy.free = this.free.slice();
    copy.resting = new Map(this.resting);
    copy.sweptMs = this.sweptMs;
    copy.active = this.active;
    return copy;
  }

  /** Streams of a job in place of those that it had; what stays is not touched. Their slots. */
  replace(
    before: readonly Stream[],
    beforeSlots: readonly number[],
    after: readonly Stream[],
    nowMs: number,
  ): number[] {
    const left = new Map<Stream, number>();
    before.forEach((stream, i) => left.set(stream, beforeSlots[i] as number));
    const slots = after.map((stream) => {
      const slot = left.get(stream);
      if (slot === undefined) return -1;
      left.delete(stream);
      return slot;
    });
    for (const slot of left.values()) this.leave(this.entry(slot), nowMs);
    after.forEach((stream, i) => {
      if (slots[i] === -1) slots[i] = this.enter(stream, nowMs);
    });
    return slots;
  }

  /** Takes over the rates that the sharing changed. */
  setRates(ids: Iterable<number>, nowMs: number): void {
    for (const id of ids) {
      const entry = this.entry(this.slotOfId[id] ?? -1);
      const rateBps = this.sharing.rateBps(id);
      entry.bottleneck = this.sharing.bottleneck(id);
      if (rateBps === entry.rateBps) continue;
      this.account(entry, nowMs);
      entry.rateBps = rateBps;
      this.loads.move(entry);
    }
  }

  /** Rates of the streams of a job, in its order. */
  granted(slots: readonly number[]): Granted {
    return (index) => {
      const entry = this.entries[slots[index] ?? -1];
      return entry?.rateBps ?? 0;
    };
  }

  entry(slot: number): ActiveStream {
    const entry = this.entries[slot];
    assert(entry !== undefined, `stream ${slot} is in the table`);
    return entry;
  }

  /** Brings the byte counts of all streams up to an instant. */
  flush(nowMs: number): void {
    for (const entry of this.entries) {
      if (entry === undefined) continue;
      this.account(entry, nowMs);
      this.post(entry);
    }
  }

  /** Forgets streams that left a while ago. */
  sweep(nowMs: number): void {
    if (nowMs - this.sweptMs < KEEP_MS) return;
    this.sweptMs = nowMs;
    for (const [stream, slot] of this.resting) {
      const entry = this.entry(slot);
      if (nowMs - entry.sinceMs < KEEP_MS) continue;
      this.post(entry);
      this.resting.delete(stream);
      this.entries[slot] = undefined;
      this.free.push(slot);
    }
  }

  private enter(stream: Stream, nowMs: number): number {
    let slot = this.resting.get(stream);
    if (slot === undefined) slot = this.make(stream);
    else this.resting.delete(stream);
    const entry = this.entry(slot);
    const { channels, connections } = entry.shape;
    const { queue, demandBps } = stream;
    entry.id = this.sharing.add({ queue, channels, connections, demandBps });
    entry.sinceMs = nowMs;
    this.slotOfId[entry.id] = slot;
    this.loads.enter(entry);
    this.active += 1;
    return slot;
  }

  private leave(entry: ActiveStream, nowMs: number): void {
    this.account(entry, nowMs);
    this.loads.leave(entry, this.entries);
    this.sharing.remove(entry.id);
    entry.id = -1;
    entry.rateBps = 0;
    this.active -= 1;
    this.resting.set(entry.shape.stream, entry.slot);
  }

  private make(stream: Stream): number {
    const slot = this.free.pop() ?? this.entries.length;
    const shape = compileStream(stream, this.network, this.prefixes);
    this.entries[slot] = {
      shape,
      slot,
      id: -1,
      rateBps: 0,
      bottleneck: -1,
      heldAtHost: false,
      pendingBytes: 0,
      unsampledBytes: 0,
      sinceMs: 0,
      places: new Int32Array(shape.channels.length),
    };
    return slot;
  }

  private account(entry: ActiveStream, nowMs: number): void {
    if (entry.id < 0) return;
    const bytes = (entry.rateBps * (nowMs - entry.sinceMs)) / 8000;
    entry.pendingBytes += bytes;
    entry.unsampledBytes += bytes;
    entry.sinceMs = nowMs;
  }

  private post(entry: ActiveStream): void {
    if (entry.pendingBytes === 0) return;
    this.prefixes.add(entry.shape.slots, entry.shape.slotConnections, entry.pendingBytes);
    entry.pendingBytes = 0;
  }
}
