import type { FlightFile } from '@weir/core/ports';
import type { Part } from './keyframe';
import type { Segment } from './ring';

/** A recording that is being written; parts go into it once. */
export class OpenRecording {
  private readonly written = new Set<number>();
  bytes = 0;

  constructor(private readonly file: FlightFile) {}

  segment(segment: Segment): void {
    for (const part of segment.parts) this.part(part);
    for (const entry of segment.entries) this.add(entry);
  }

  part({ id, entry }: Part): void {
    if (this.written.has(id)) return;
    this.written.add(id);
    this.add(entry);
  }

  add(entry: Uint8Array): void {
    this.bytes += entry.length;
    this.file.append(entry);
  }

  close(toMs: number): Promise<void> {
    return this.file.close(toMs);
  }
}
