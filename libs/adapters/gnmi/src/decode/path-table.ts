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
  /** Paths seen below this prefix, in order of appearance. */
  readonly entries: PathEntry[];
  /** The same by their bytes; made when there are more than a few. */
  index: Map<string, PathEntry> | null;
  /** Last path seen below this prefix. */
  cursor: PathEntry | null;
  /** The prefix that came after this one last time. */
  next: PrefixEntry | null;
}

/** Up to this many paths below a prefix are compared one by one: a map would cost more memory. */
const MAX_UNINDEXED = 16;

/** Bytes of all paths of a target; a large one sends a quarter of it. */
export const MAX_BYTES_OF_PATHS = 64 * 1024 * 1024;

export class TooManyPaths extends Error {
  constructor(limit: number, what = 'different paths') {
    super(`the target sends more than ${limit} ${what}`);
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
  /** Where the bytes of a relative path are: most prefixes have the same leaves below them. */
  private readonly shared = new Map<string, number>();
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
  addPrefix(message: Buffer, from: number, to: number): PrefixEntry {
    const entry: PrefixEntry = {
      offset: this.store(message, from, to),
      length: to - from,
      entries: [],
      index: null,
      cursor: null,
      next: null,
    };
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
    const entry = this.find(prefix, message, view, from, to);
    if (entry === null) return null;
    if (cursor !== null) cursor.next = entry;
    prefix.cursor = entry;
    return entry;
  }

  /** Interns a path that has passed the strict decoder. */
  add(prefix: PrefixEntry, message: Buffer, from: number, to: number, series: Series): PathEntry {
    const key = message.toString('latin1', from, to);
    // Below the empty prefix paths are whole, and no two are the same.
    const known = prefix.length === 0 ? undefined : this.shared.get(key);
    const offset = known ?? this.store(message, from, to);
    if (known !== undefined) this.countOne();
    else if (prefix.length > 0) this.shared.set(key, offset);
    const { slot, kind } = series;
    const entry: PathEntry = { offset, length: to - from, slot, kind, next: null };
    prefix.entries.push(entry);
    this.indexed(prefix)?.set(key, entry);
    if (prefix.cursor !== null) prefix.cursor.next = entry;
    prefix.cursor = entry;
    return entry;
  }

  /** Visits every interned path with its bytes and those of its prefix. */
  forEach(visit: (prefix: Uint8Array, path: Uint8Array, entry: PathEntry) => void): void {
    for (const prefix of this.prefixes.values())
      for (const entry of prefix.entries) visit(this.bytesOf(prefix), this.bytesOf(entry), entry);
  }

  bytesOf(entry: { readonly offset: number; readonly length: number }): Uint8Array {
    return this.arena.subarray(entry.offset, entry.offset + entry.length);
  }

  private find(
    prefix: PrefixEntry,
    message: Buffer,
    view: DataView,
    from: number,
    to: number,
  ): PathEntry | null {
    if (prefix.index !== null)
      return prefix.index.get(message.toString('latin1', from, to)) ?? null;
    for (const entry of prefix.entries) if (this.same(entry, view, from, to)) return entry;
    return null;
  }

  /** The map of a prefix that has many paths; null for the others. */
  private indexed(prefix: PrefixEntry): Map<string, PathEntry> | null {
    if (prefix.index !== null || prefix.entries.length <= MAX_UNINDEXED) return prefix.index;
    prefix.index = new Map();
    for (const entry of prefix.entries)
      prefix.index.set(Buffer.from(this.bytesOf(entry)).toString('latin1'), entry);
    return prefix.index;
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
    this.countOne();
    const offset = this.used;
    if (offset + to - from > MAX_BYTES_OF_PATHS)
      throw new TooManyPaths(MAX_BYTES_OF_PATHS, 'bytes of paths');
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

  private countOne(): void {
    if (this.count >= this.maxPaths) throw new TooManyPaths(this.maxPaths);
    this.count++;
  }
}
