import type { ActiveStream } from './active-stream';

/** Streams by their place in the stream table; empty places are free. */
export type Entries = readonly (ActiveStream | undefined)[];

/**
 * Which streams cross which queue, and where in their list of channels. Leaving swaps the last one
 * into the gap, so both ways cost the channels of the stream and nothing else.
 */
export class CellMembers {
  private readonly slots: number[][];
  private readonly positions: number[][];

  constructor(cells: number) {
    this.slots = Array.from({ length: cells }, () => []);
    this.positions = Array.from({ length: cells }, () => []);
  }

  fork(): CellMembers {
    const copy = new CellMembers(0);
    for (const list of this.slots) copy.slots.push(list.slice());
    for (const list of this.positions) copy.positions.push(list.slice());
    return copy;
  }

  /** Places of the streams in a queue; `positionsIn` has their positions in the same order. */
  in(cell: number): readonly number[] {
    return this.slots[cell] as number[];
  }

  positionsIn(cell: number): readonly number[] {
    return this.positions[cell] as number[];
  }

  enter(entry: ActiveStream, cellOf: (channel: number) => number): void {
    const { channels } = entry.shape;
    for (let position = 0; position < channels.length; position++) {
      const cell = cellOf(channels[position] as number);
      const slots = this.slots[cell] as number[];
      entry.places[position] = slots.length;
      slots.push(entry.slot);
      (this.positions[cell] as number[]).push(position);
    }
  }

  leave(entry: ActiveStream, cellOf: (channel: number) => number, entries: Entries): void {
    const { channels } = entry.shape;
    for (let position = 0; position < channels.length; position++) {
      const cell = cellOf(channels[position] as number);
      const slots = this.slots[cell] as number[];
      const positions = this.positions[cell] as number[];
      const place = entry.places[position] as number;
      const lastSlot = slots.pop() as number;
      const lastPosition = positions.pop() as number;
      if (place === slots.length) continue;
      slots[place] = lastSlot;
      positions[place] = lastPosition;
      const moved = entries[lastSlot];
      if (moved !== undefined) moved.places[lastPosition] = place;
    }
  }
}
