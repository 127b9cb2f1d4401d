import { grownInt32, grownFloat64 } from './growing';

const FIRST_SIZE = 1024;

/**
 * Which stream has how many connections on which key (a queue of a channel). The entries of one
 * stream are one block; the entries of one key are a linked list, so that both ways are short.
 * Blocks that are given back are kept by length: a job comes and goes with the same streams.
 */
export class Entries {
  key = new Int32Array(FIRST_SIZE);
  channel = new Int32Array(FIRST_SIZE);
  connections = new Float64Array(FIRST_SIZE);
  /** The stream that an entry is of. */
  owner = new Int32Array(FIRST_SIZE);
  /** Next and previous entry of the same key, -1 at the ends. */
  next = new Int32Array(FIRST_SIZE);
  private previous = new Int32Array(FIRST_SIZE);
  private end = 0;
  private readonly free = new Map<number, number[]>();

  /** `head[key]`: first entry of a key; `count[key]`: how many. */
  readonly head: Int32Array<ArrayBuffer>;
  readonly count: Int32Array<ArrayBuffer>;
  /** Entries in use. */
  used = 0;

  constructor(readonly keys: number) {
    this.head = new Int32Array(keys).fill(-1);
    this.count = new Int32Array(keys);
  }

  /** A block of `length` entries; the index of its first. Linked to their keys by `link`. */
  allocate(length: number): number {
    this.used += length;
    const returned = this.free.get(length)?.pop();
    if (returned !== undefined) return returned;
    const first = this.end;
    this.end += length;
    if (this.end > this.key.length) this.grow(Math.max(this.end, this.key.length * 2));
    return first;
  }

  release(first: number, length: number): void {
    this.used -= length;
    const blocks = this.free.get(length);
    if (blocks === undefined) this.free.set(length, [first]);
    else blocks.push(first);
  }

  link(entry: number, key: number): void {
    const first = this.head[key]!;
    this.key[entry] = key;
    this.next[entry] = first;
    this.previous[entry] = -1;
    if (first >= 0) this.previous[first] = entry;
    this.head[key] = entry;
    this.count[key]! += 1;
  }

  unlink(entry: number): void {
    const key = this.key[entry]!;
    const next = this.next[entry]!;
    const previous = this.previous[entry]!;
    if (previous >= 0) this.next[previous] = next;
    else this.head[key] = next;
    if (next >= 0) this.previous[next] = previous;
    this.count[key]! -= 1;
  }

  copy(): Entries {
    const copy = new Entries(this.keys);
    copy.key = this.key.slice();
    copy.channel = this.channel.slice();
    copy.connections = this.connections.slice();
    copy.owner = this.owner.slice();
    copy.next = this.next.slice();
    copy.previous = this.previous.slice();
    copy.end = this.end;
    copy.used = this.used;
    for (const [length, blocks] of this.free) copy.free.set(length, [...blocks]);
    copy.head.set(this.head);
    copy.count.set(this.count);
    return copy;
  }

  private grow(length: number): void {
    this.key = grownInt32(this.key, length);
    this.channel = grownInt32(this.channel, length);
    this.connections = grownFloat64(this.connections, length);
    this.owner = grownInt32(this.owner, length);
    this.next = grownInt32(this.next, length);
    this.previous = grownInt32(this.previous, length);
  }
}
