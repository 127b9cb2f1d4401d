import { ok, refuse, type Result } from '@weir/core/base';
import type { LoopEvent, LoopState, Now } from '@weir/core/loop';
import type { FrameLayout, RecordBody, Topology } from '@weir/core/model';
import { buildLayout } from '../telemetry/layout';
import { ByteReader, FlightDamage } from './byte-reader';
import { ENTRY, type RecordedEnvironment } from './entry';
import { FrameDecoder } from './frame-delta';
import { completed } from './older';
import { decodeValue, type Surroundings } from './value-codec';

/** The environment as it was recorded, with the topology that it was for. */
export interface FlightEnvironment extends RecordedEnvironment {
  readonly topology: Topology;
}

/** One entry, read. `at` is where it stands in the entries, in bytes. */
export type FlightEntry = { readonly at: number } & (
  | { readonly kind: 'environment'; readonly environment: FlightEnvironment }
  | { readonly kind: 'keyframe'; readonly state: LoopState; readonly now: Now }
  | { readonly kind: 'event'; readonly event: LoopEvent; readonly now: Now }
  | {
      readonly kind: 'outcome';
      readonly records: readonly RecordBody[];
      readonly effects: string;
    }
  | { readonly kind: 'failed'; readonly reason: string }
);

/**
 * Reads the entries of a recording, one at a time. What is not as a recorder writes it is refused
 * with its place; entries before it were given out by then.
 */
export function* readEntries(bytes: Uint8Array): Generator<Result<FlightEntry>> {
  const reader = new EntryReader(bytes);
  try {
    for (let entry = reader.next(); entry !== null; entry = reader.next()) yield ok(entry);
  } catch (error) {
    const { at, reason } = damageOf(error, reader.at);
    yield refuse(
      'flight-damaged',
      `entries, byte ${at}`,
      `the recording is damaged: ${reason}; what stands before it can be used`,
    );
  }
}

/** Bytes that pass the checksums and are still no recording show up as values of other types. */
function damageOf(error: unknown, at: number): { at: number; reason: string } {
  if (error instanceof FlightDamage) return { at: error.at, reason: error.message };
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)
    return { at, reason: error.message };
  throw error;
}

class EntryReader {
  private readonly from: ByteReader;
  private readonly parts = new Map<number, { readonly at: number; readonly bytes: Uint8Array }>();
  private readonly read = new Map<number, unknown>();
  private topology: Topology | null = null;
  private layout: FrameLayout | null = null;
  private frames: FrameDecoder | null = null;
  /** Where the entry begins that is being read. */
  at = 0;

  constructor(bytes: Uint8Array) {
    this.from = new ByteReader(bytes);
  }

  next(): FlightEntry | null {
    while (this.from.left > 0) {
      this.at = this.from.at;
      const kind = this.from.u8();
      const length = this.from.count(1);
      const start = this.from.at;
      const body = new ByteReader(this.from.raw(length), 0, length, start);
      if (kind !== ENTRY.part) return this.entry(kind, body);
      const id = body.varint();
      this.parts.set(id, { at: start + body.at, bytes: body.raw(body.left) });
      this.read.delete(id);
    }
    return null;
  }

  private entry(kind: number, body: ByteReader): FlightEntry {
    const { at } = this;
    switch (kind) {
      case ENTRY.environment:
        return { at, kind: 'environment', environment: this.environment(body) };
      case ENTRY.keyframe: {
        const { state, now } = fields(this.value(body), body, ['state', 'now']);
        this.frames?.reset();
        const whole = state as LoopState;
        fields(whole.durable, body, ['changes', 'incidents', 'intents']);
        fields(whole.observed, body, ['objectives', 'images', 'inFlight']);
        return {
          at,
          kind: 'keyframe',
          state: completed(whole, this.layout),
          now: nowOf(now, body),
        };
      }
      case ENTRY.tick: {
        const now = nowOf(this.value(body), body);
        if (this.frames === null) throw body.damage('a frame before the environment');
        const frame = body.u8() === 0 ? null : this.frames.decode(body);
        return { at, kind: 'event', event: { kind: 'tick', frame }, now };
      }
      case ENTRY.event: {
        const { event, now } = fields(this.value(body), body, ['event', 'now']);
        fields(event, body, ['kind']);
        return { at, kind: 'event', event: event as LoopEvent, now: nowOf(now, body) };
      }
      case ENTRY.outcome: {
        const { records, effects } = fields(this.value(body), body, ['records', 'effects']);
        if (!Array.isArray(records) || typeof effects !== 'string')
          throw body.damage('an outcome without records');
        return { at, kind: 'outcome', records: records as RecordBody[], effects };
      }
      case ENTRY.failed: {
        const { reason } = fields(this.value(body), body, ['reason']);
        return { at, kind: 'failed', reason: String(reason) };
      }
      default:
        throw new FlightDamage(at, `no entry is of kind ${kind}`);
    }
  }

  private environment(body: ByteReader): FlightEnvironment {
    const topology = this.part(body.varint(), body) as Topology;
    fields(topology, body, ['name', 'revision', 'devices', 'links', 'endpoints']);
    if (this.topology !== topology) {
      this.topology = topology;
      this.layout = buildLayout(topology);
      this.frames = new FrameDecoder(this.layout);
    }
    const value = fields(this.value(body), body, ['version', 'policy', 'profiles', 'settings']);
    fields(value['policy'], body, ['name', 'hash', 'text', 'groups']);
    return { ...(value as unknown as RecordedEnvironment), topology };
  }

  private value(body: ByteReader): unknown {
    const around: Surroundings = { layout: this.layout, part: (id) => this.part(id, body) };
    return decodeValue(body, around);
  }

  private part(id: number, body: ByteReader): unknown {
    if (this.read.has(id)) return this.read.get(id);
    const stored = this.parts.get(id);
    if (stored === undefined) throw body.damage(`part ${id} is missing`);
    const reader = new ByteReader(stored.bytes, 0, stored.bytes.length, stored.at);
    const value = decodeValue(reader, { layout: null, part: null });
    this.read.set(id, value);
    return value;
  }
}

function fields(
  value: unknown,
  body: ByteReader,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  const object = value as Record<string, unknown> | null;
  for (const name of names)
    if (typeof object !== 'object' || object === null || !Object.hasOwn(object, name))
      throw body.damage(`${name} is missing`);
  return object as Record<string, unknown>;
}

function nowOf(value: unknown, body: ByteReader): Now {
  const { monoMs, wallMs } = fields(value, body, ['monoMs', 'wallMs']);
  if (typeof monoMs !== 'number' || typeof wallMs !== 'number')
    throw body.damage('a time that is no number');
  return value as Now;
}
