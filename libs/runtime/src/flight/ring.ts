import type { Part } from './keyframe';

/** From one keyframe to the next: can be read by itself, given the parts. */
export interface Segment {
  readonly fromMonoMs: number;
  readonly fromWallMs: number;
  readonly parts: Part[];
  readonly entries: Uint8Array[];
  bytes: number;
}

/**
 * The last minutes as segments, the oldest first. Whole segments are dropped, so that what is left
 * always begins with a keyframe; the newest is kept whatever its size.
 */
export class Ring {
  readonly segments: Segment[] = [];
  /** How many segments hold a part; one that is in several is counted once. */
  private readonly holders = new Map<number, number>();
  bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly maxAgeMs: number,
  ) {}

  begin(segment: Segment): void {
    this.segments.push(segment);
    for (const part of segment.parts) this.hold(part);
  }

  /** A part that an entry of the newest segment refers to. */
  refer(part: Part): void {
    const segment = this.segments.at(-1);
    if (segment === undefined || segment.parts.some(({ id }) => id === part.id)) return;
    segment.parts.push(part);
    this.hold(part);
  }

  private hold({ id, entry }: Part): void {
    const holders = this.holders.get(id) ?? 0;
    if (holders === 0) this.bytes += entry.length;
    this.holders.set(id, holders + 1);
  }

  add(entry: Uint8Array): void {
    const segment = this.segments.at(-1);
    if (segment === undefined) return;
    segment.entries.push(entry);
    segment.bytes += entry.length;
    this.bytes += entry.length;
  }

  /** Lets go of what is too old or too much. */
  trim(nowMonoMs: number): void {
    while (this.segments.length > 1) {
      const next = this.segments[1] as Segment;
      const old = nowMonoMs - next.fromMonoMs > this.maxAgeMs;
      if (!old && this.bytes <= this.maxBytes) return;
      this.drop(this.segments.shift() as Segment);
    }
  }

  clear(): void {
    this.segments.length = 0;
    this.holders.clear();
    this.bytes = 0;
  }

  private drop(segment: Segment): void {
    this.bytes -= segment.bytes;
    for (const { id, entry } of segment.parts) {
      const holders = (this.holders.get(id) ?? 1) - 1;
      if (holders > 0) this.holders.set(id, holders);
      else {
        this.holders.delete(id);
        this.bytes -= entry.length;
      }
    }
  }
}
