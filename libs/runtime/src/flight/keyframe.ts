import type { LoopState } from '@weir/core/loop';
import type { FrameLayout } from '@weir/core/model';
import { ENTRY, entryOf } from './entry';
import { encodeValue, PartRef } from './value-codec';

/** A value that many keyframes hold, as an entry that is made once. */
export interface Part {
  readonly id: number;
  readonly entry: Uint8Array;
}

/** Maps of which the values are replaced, never changed: most are the same in the next keyframe. */
const PARTED = {
  durable: ['changes', 'incidents', 'intents', 'decisions'],
  observed: ['images', 'compiled'],
} as const;

/** Numbers what was stored, by identity. */
export class PartStore {
  private readonly known = new WeakMap<object, Part>();
  private lastId = 0;

  partOf(value: object): Part {
    let part = this.known.get(value);
    if (part === undefined) {
      const id = ++this.lastId;
      const entry = entryOf(ENTRY.part, (to) => {
        to.varint(id);
        encodeValue(to, value, null);
      });
      part = { id, entry };
      this.known.set(value, part);
    }
    return part;
  }

  /**
   * The whole state with its parts taken out. The routing model is left out: it follows from the
   * images, and is built again when it is asked for.
   */
  split(state: LoopState): { readonly value: unknown; readonly parts: readonly Part[] } {
    const parts: Part[] = [];
    const take = (value: unknown): unknown => {
      if (typeof value !== 'object' || value === null) return value;
      const part = this.partOf(value);
      parts.push(part);
      return new PartRef(part.id);
    };
    const parted = (fields: object, names: readonly string[]): Record<string, unknown> => {
      const copy: Record<string, unknown> = { ...fields };
      for (const name of names) {
        const map = copy[name];
        if (map instanceof Map)
          copy[name] = new Map([...map].map(([key, value]) => [key, take(value)]));
      }
      return copy;
    };
    const durable = parted(state.durable, PARTED.durable);
    const observed = parted({ ...state.observed, routing: null }, PARTED.observed);
    return { value: { durable, observed }, parts };
  }
}

export const layoutOf = (state: LoopState): FrameLayout | null =>
  state.observed.frame?.layout ?? state.observed.trend?.layout ?? null;
