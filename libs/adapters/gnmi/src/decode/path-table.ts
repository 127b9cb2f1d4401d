import type { PathElem } from '@weir/gnmi';
import type { Series } from './series-path';

/** A path as it came, and what it means. Entries of one prefix predict each other. */
export interface PathEntry {
  /** Place of the bytes in the arena. */
  readonly offset: number;
  readonly length: number;
  readonly slot: number;
  readonly kind: number;
  /** The path that came after this one last time. */
  next: PathEntry | null;
}

export interface PrefixEntry {
  readonly offset: number;
  readonly length: number;
  readonly elems: readonly PathElem[];
  readonly paths: Map<string, PathEntry>;
  /** Last path seen below this prefix. */
  cursor: PathEntry | null;
  /** The prefix that came after this one last time. */
  next: PrefixEntry | null;
}

export class TooManyPaths extends Error {
  constructor(limit: number) {
    super(`the target sends more than ${limit} different paths`);
    this.name = 'TooManyPaths';
  }
}

/**
 * Paths of one target, interned by their bytes. A target repeats itself: what follows a path is
 * nearly always what followed it the last time, so one comparison of bytes usually replaces the
 * look-up. The number of paths is bounded; beyond it the stream is given up.
 */
export class PathTable {
  private readonly prefixes = new Map<string, PrefixEntry>();
  private lastPrefix: PrefixEntry | null = null;
  private arena = new Uint8Array(4096);
  private arenaView = new DataView(this.arena.buffer);
  private used = 0;
  private count = 0;

  constructor(private readonly maxPaths: number) {}

  /** Number of interned paths, and bytes of the arena; for the memory figure. */
  get size(): { readonly paths: number; readonly bytes: number } {
    return { paths: this.count, bytes: this.used };
  }

  /** The interned prefix, or null when it is new. */
  prefix(message: Buffer, view: DataView, from: number, to: number): PrefixEntry | null {
    const last = this.lastPrefix;
    const guess = last === null ? null : last.next;
    if (guess !== null && this.same(guess, view, from, to)) return (this.lastPrefix = guess);
    const entry = this.prefixes.get(message.toString('latin1', from, to));
    if (entry === undefined) return null;
    if (last !== null) last.next = entry;
    this.lastPrefix = entry;
    return entry;
  }

  /** Interns a prefix that has passed the strict decoder. */
  addPrefix(message: Buffer, from: number, to: number, elems: readonly PathElem[]): PrefixEntry {
    const offset = this.store(message, from, to);
    const entry = { offset, length: to - from, elems, paths: new Map(), cursor: null, next: null };
    this.prefixes.set(message.toString('latin1', from, to), entry);
    if (this.lastPrefix !== null) this.lastPrefix.next = entry;
    this.lastPrefix = entry;
    return entry;
  }

  /** The interned path, or null when it is new. */
  path(
    prefix: PrefixEntry,
    message: Buffer,
    view: DataView,
    from: number,
    to: number,
  ): PathEntry | null {
    const cursor = prefix.cursor;
    const guess = cursor === null ? null : cursor.next;
    if (guess !== null && this.same(guess, view, from, to)) return (prefix.cursor = guess);
    const entry = prefix.paths.get(message.toString('latin1', from, to));
    if (entry === undefined) return null;
    if (cursor !== null) cursor.next = entry;
    prefix.cursor = entry;
    return entry;
  }

  /** Interns a path that has passed the strict decoder. */
  add(prefix: PrefixEntry, message: Buffer, from: number, to: number, series: Series): PathEntry {
    const entry: PathEntry = {
      offset: this.store(message, from, to),
      length: to - from,
      slot: series.slot,
      kind: series.kind,
      next: null,
    };
    prefix.paths.set(message.toString('latin1', from, to), entry);
    if (prefix.cursor !== null) prefix.cursor.next = entry;
    prefix.cursor = entry;
    return entry;
  }

  /** Visits every interned path with its bytes and the elements of its prefix. */
  forEach(visit: (prefix: readonly PathElem[], path: Uint8Array, entry: PathEntry) => void): void {
    for (const prefix of this.prefixes.values())
      for (const entry of prefix.paths.values())
        visit(prefix.elems, this.arena.subarray(entry.offset, entry.offset + entry.length), entry);
  }

  private same(entry: PathEntry | PrefixEntry, view: DataView, from: number, to: number): boolean {
    const length = entry.length;
    if (length !== to - from) return false;
    const own = this.arenaView;
    let mine = entry.offset;
    let theirs = from;
    for (const end = from + length - 3; theirs < end; theirs += 4, mine += 4)
      if (own.getUint32(mine) !== view.getUint32(theirs)) return false;
    for (; theirs < to; theirs++, mine++)
      if (own.getUint8(mine) !== view.getUint8(theirs)) return false;
    return true;
  }

  private store(message: Buffer, from: number, to: number): number {
    if (this.count >= this.maxPaths) throw new TooManyPaths(this.maxPaths);
    this.count++;
    const offset = this.used;
    this.used += to - from;
    if (this.used > this.arena.length) {
      const larger = new Uint8Array(Math.max(this.used, this.arena.length * 2));
      larger.set(this.arena);
      this.arena = larger;
      this.arenaView = new DataView(larger.buffer);
    }
    this.arena.set(message.subarray(from, to), offset);
    return offset;
  }
}
