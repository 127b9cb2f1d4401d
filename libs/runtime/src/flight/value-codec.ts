import type { FrameLayout } from '@weir/core/model';
import { type ByteReader } from './byte-reader';
import { type ByteWriter } from './byte-writer';

/**
 * Plain data as bytes and back, exactly: what JSON loses (NaN, -0, infinities, undefined, Map,
 * Set, typed arrays, the order of keys) is kept, because a replay is held to the last bit.
 */
const NULL = 0;
const UNDEFINED = 1;
const TRUE = 2;
const FALSE = 3;
const WHOLE = 4;
const MINUS = 5;
const FLOAT = 6;
const TEXT = 7;
/** A text that stood earlier in the same value. */
const SAME_TEXT = 8;
const ARRAY = 9;
const OBJECT = 10;
const MAP = 11;
const SET = 12;
const FLOATS = 13;
const BYTES = 14;
/** The frame layout of the recording's topology; it is built, not stored. */
const LAYOUT = 15;
/** A value that is stored once and stands in many keyframes. */
const PART = 16;
/** A text that begins as the new text before it did: paths of one device mostly do. */
const TEXT_AFTER = 17;
/** Shorter beginnings are not worth the look back. */
const SHARED_FROM = 8;

const MAX_DEPTH = 200;

/** Stands for a value that is stored by itself, by its number. */
export class PartRef {
  constructor(readonly id: number) {}
}

export function encodeValue(writer: ByteWriter, value: unknown, layout: FrameLayout | null): void {
  new Encoder(writer, layout).value(value, 0);
}

class Encoder {
  private readonly texts = new Map<string, number>();
  private last = '';

  constructor(
    private readonly to: ByteWriter,
    private readonly layout: FrameLayout | null,
  ) {}

  value(value: unknown, depth: number): void {
    const { to } = this;
    if (value === null) to.u8(NULL);
    else if (value === undefined) to.u8(UNDEFINED);
    else if (value === true) to.u8(TRUE);
    else if (value === false) to.u8(FALSE);
    else if (typeof value === 'number') this.number(value);
    else if (typeof value === 'string') this.text(value);
    else if (typeof value === 'object') this.object(value, depth);
    else throw new TypeError(`a ${typeof value} cannot be recorded`);
  }

  private number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      this.to.u8(value < 0 ? MINUS : WHOLE);
      this.to.varint(Math.abs(value));
      return;
    }
    this.to.u8(FLOAT);
    this.to.f64(value);
  }

  private text(value: string): void {
    const number = this.texts.get(value);
    if (number !== undefined) {
      this.to.u8(SAME_TEXT);
      this.to.varint(number);
      return;
    }
    this.texts.set(value, this.texts.size);
    const shared = sharedLength(this.last, value);
    this.last = value;
    if (shared < SHARED_FROM) {
      this.to.u8(TEXT);
      this.to.text(value);
      return;
    }
    this.to.u8(TEXT_AFTER);
    this.to.varint(shared);
    this.to.text(value.slice(shared));
  }

  private object(value: object, depth: number): void {
    if (depth > MAX_DEPTH) throw new TypeError('nested too deeply to be recorded');
    const { to } = this;
    if (value === this.layout) to.u8(LAYOUT);
    else if (value instanceof PartRef) {
      to.u8(PART);
      to.varint(value.id);
    } else if (Array.isArray(value)) this.list(ARRAY, value, value.length, depth);
    else if (value instanceof Map) {
      to.u8(MAP);
      to.varint(value.size);
      for (const [key, item] of value as Map<unknown, unknown>) {
        this.value(key, depth + 1);
        this.value(item, depth + 1);
      }
    } else if (value instanceof Set) this.list(SET, value, value.size, depth);
    else if (value instanceof Float64Array) {
      to.u8(FLOATS);
      to.varint(value.length);
      to.raw(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    } else if (value instanceof Uint8Array) {
      to.u8(BYTES);
      to.varint(value.length);
      to.raw(value);
    } else this.fields(value, depth);
  }

  private list(tag: number, items: Iterable<unknown>, count: number, depth: number): void {
    this.to.u8(tag);
    this.to.varint(count);
    for (const item of items) this.value(item, depth + 1);
  }

  private fields(value: object, depth: number): void {
    const keys = Object.keys(value);
    this.to.u8(OBJECT);
    this.to.varint(keys.length);
    for (const key of keys) {
      this.text(key);
      this.value((value as Record<string, unknown>)[key], depth + 1);
    }
  }
}

/** UTF-16 units at the beginning that two texts share; never half of a pair. */
function sharedLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  const last = length > 0 ? b.charCodeAt(length - 1) : 0;
  return last >= 0xd800 && last < 0xdc00 ? length - 1 : length;
}

/** What a value may refer to. */
export interface Surroundings {
  readonly layout: FrameLayout | null;
  /** Null where nothing may be referred to. */
  readonly part: ((id: number) => unknown) | null;
}

/** Throws FlightDamage where the bytes are no value. */
export function decodeValue(reader: ByteReader, around: Surroundings): unknown {
  return new Decoder(reader, around).value(0);
}

class Decoder {
  private readonly texts: string[] = [];

  constructor(
    private readonly from: ByteReader,
    private readonly around: Surroundings,
  ) {}

  value(depth: number): unknown {
    const { from } = this;
    if (depth > MAX_DEPTH) throw from.damage('nested too deeply');
    const tag = from.u8();
    switch (tag) {
      case NULL:
        return null;
      case UNDEFINED:
        return undefined;
      case TRUE:
        return true;
      case FALSE:
        return false;
      case WHOLE:
        return from.varint();
      case MINUS:
        return -from.varint();
      case FLOAT:
        return from.f64();
      case TEXT:
      case SAME_TEXT:
      case TEXT_AFTER:
        return this.text(tag);
      default:
        return this.object(tag, depth);
    }
  }

  private text(tag: number): string {
    if (tag === TEXT || tag === TEXT_AFTER) {
      const before = this.texts.at(-1) ?? '';
      const shared = tag === TEXT ? 0 : this.from.varint();
      if (shared > before.length) throw this.from.damage('a text that begins as none before it');
      const text = before.slice(0, shared) + this.from.text();
      this.texts.push(text);
      return text;
    }
    const known = tag === SAME_TEXT ? this.texts[this.from.varint()] : undefined;
    if (known === undefined) throw this.from.damage('a text that was not there before');
    return known;
  }

  private object(tag: number, depth: number): unknown {
    const { from, around } = this;
    switch (tag) {
      case LAYOUT:
        if (around.layout === null) throw from.damage('a layout before there is a topology');
        return around.layout;
      case PART:
        if (around.part === null) throw from.damage('a reference where none may stand');
        return around.part(from.varint());
      case ARRAY:
        return this.items(depth);
      case SET:
        return new Set(this.items(depth));
      case MAP: {
        const map = new Map<unknown, unknown>();
        for (let left = from.count(2); left > 0; left--) {
          const key = this.value(depth + 1);
          map.set(key, this.value(depth + 1));
        }
        return map;
      }
      case OBJECT: {
        const fields: [string, unknown][] = [];
        for (let left = from.count(2); left > 0; left--) {
          const key = this.text(from.u8());
          fields.push([key, this.value(depth + 1)]);
        }
        // Unlike assignment this makes own fields of any name, `__proto__` too.
        return Object.fromEntries(fields);
      }
      case FLOATS: {
        const count = from.count(8);
        return new Float64Array(from.raw(count * 8).slice().buffer);
      }
      case BYTES:
        return from.raw(from.count(1)).slice();
      default:
        throw from.damage(`no value begins with ${tag}`);
    }
  }

  private items(depth: number): unknown[] {
    const items: unknown[] = [];
    for (let left = this.from.count(1); left > 0; left--) items.push(this.value(depth + 1));
    return items;
  }
}
