import type { DeviceId } from '@weir/core/model';
import { elemsOf, formatPath, GnmiError, MAX_PATH_LENGTH, type PathElem } from '@weir/gnmi';
import { gnmi } from '@weir/proto-gen';
import { MessageApplier, stampMs, type DecoderOutput } from './message-applier';
import { PathTable, TooManyPaths, type PathEntry, type PrefixEntry } from './path-table';
import { seriesOf, VALUE_IGNORED, VALUE_NUMBER, VALUE_STATUS } from './series-path';
import { isWellFormed } from './wire-check';
import { WireReader } from './wire-reader';

/** The bytes are no SubscribeResponse, or no acceptable one: the stream must be closed. */
export class DecodeError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DecodeError';
  }
}

export type DecodeEvent = 'update' | 'sync' | 'none';

export interface DecoderFigures {
  messages: number;
  /** Updates taken by the fast path. */
  fast: number;
  /** Messages and single updates that went through the full decoder. */
  full: number;
}

// Field tags (number << 3 | wire type) of gnmi.proto 0.10.
const RESPONSE_UPDATE = 0x0a;
const NOTIFICATION_TIMESTAMP = 0x08;
const NOTIFICATION_PREFIX = 0x12;
const NOTIFICATION_UPDATE = 0x22;
const UPDATE_PATH = 0x0a;
const UPDATE_VAL = 0x1a;
const VALUE_STRING = 0x0a;
const VALUE_INT = 0x10;
const VALUE_UINT = 0x18;
const VALUE_JSON = 0x52;
const VALUE_DOUBLE = 0x71;
const VALUE_JSON_IETF = 0x5a;

const QUOTE = 0x22;

const DEFAULT_MAX_PATHS = 262_144;

/**
 * Decodes the Subscribe stream of one target straight into slots. Notifications of the usual form
 * (time stamp, prefix, updates with scalar values) are read in place; a path that is not known yet
 * and everything unusual go through the generated decoder, whose word is final: what it rejects
 * ends the stream. State is only what was interned, so a decoder lives as long as its session.
 */
export class SubscribeDecoder {
  readonly figures: DecoderFigures = { messages: 0, fast: 0, full: 0 };
  private readonly applier: MessageApplier;
  private readonly table: PathTable;
  private readonly reader = new WireReader();
  /** Bounds of the updates of the message in hand: from, to, from, to... */
  private bounds = new Int32Array(512);
  private updates = 0;
  /** The generated decoder has seen the message in hand. */
  private checked = false;
  private timeMs = 0;
  private prefixFrom = 0;
  private prefixTo = 0;

  constructor(
    private readonly device: DeviceId,
    private readonly output: DecoderOutput,
    maxPaths: number = DEFAULT_MAX_PATHS,
  ) {
    this.applier = new MessageApplier(device, output, maxPaths);
    this.table = new PathTable(maxPaths);
  }

  get size(): PathTable['size'] {
    return this.table.size;
  }

  /** Values passed over because they could not be understood. */
  get unusable(): number {
    return this.applier.figures.unusable;
  }

  /** @throws DecodeError */
  decode(message: Buffer): DecodeEvent {
    this.figures.messages++;
    this.checked = false;
    try {
      // Long prefixes are nobody's; they are not remembered.
      if (!this.scan(message) || this.prefixTo - this.prefixFrom > MAX_PATH_LENGTH)
        return this.decodeFully(message);
      const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
      const prefix =
        this.table.prefix(message, view, this.prefixFrom, this.prefixTo) ?? this.newPrefix(message);
      for (let i = 0; i < this.updates * 2; i += 2)
        this.update(prefix, message, view, this.bounds[i] as number, this.bounds[i + 1] as number);
      return 'update';
    } catch (error) {
      throw asDecodeError(error);
    }
  }

  /**
   * The same by the generated decoder alone.
   * @throws DecodeError
   */
  decodeFully(message: Buffer): DecodeEvent {
    this.figures.full++;
    try {
      const { response } = decodeStrictly(message);
      switch (response?.$case) {
        case 'update':
          this.applier.notification(response.value, () => this.knownPaths());
          return 'update';
        case 'syncResponse':
          return response.value ? 'sync' : 'none';
        case 'error':
          throw new DecodeError(`the target reports: ${response.value.message}`);
        case undefined:
          return 'none';
      }
    } catch (error) {
      throw asDecodeError(error);
    }
  }

  /**
   * Finds the parts of a notification of the usual form, without looking into them. False for
   * any other message, truncated ones included.
   */
  private scan(message: Buffer): boolean {
    const reader = this.reader;
    const end = message.length;
    if (message[0] !== RESPONSE_UPDATE) return false;
    let at = reader.length(message, 1, end);
    if (at < 0 || reader.low !== end) return false;
    if (message[at] !== NOTIFICATION_TIMESTAMP) return false;
    at = reader.varint(message, at + 1, end);
    if (at < 0 || reader.high >= 0x80000000) return false;
    this.timeMs = stampMs(reader.high, reader.low);
    this.prefixFrom = this.prefixTo = at;
    if (message[at] === NOTIFICATION_PREFIX) {
      this.prefixFrom = reader.length(message, at + 1, end);
      if (this.prefixFrom < 0) return false;
      at = this.prefixTo = reader.low;
    }
    this.updates = 0;
    while (at < end) {
      if (message[at] !== NOTIFICATION_UPDATE) return false;
      const from = reader.length(message, at + 1, end);
      if (from < 0) return false;
      at = reader.low;
      this.addBounds(from, at);
    }
    return true;
  }

  private addBounds(from: number, to: number): void {
    const at = this.updates * 2;
    if (at + 1 >= this.bounds.length) {
      const larger = new Int32Array(this.bounds.length * 2);
      larger.set(this.bounds);
      this.bounds = larger;
    }
    this.bounds[at] = from;
    this.bounds[at + 1] = to;
    this.updates++;
  }

  private update(
    prefix: PrefixEntry,
    message: Buffer,
    view: DataView,
    from: number,
    to: number,
  ): void {
    const reader = this.reader;
    if (message[from] === UPDATE_PATH) {
      const pathFrom = reader.length(message, from + 1, to);
      const pathTo = reader.low;
      if (pathFrom >= 0 && message[pathTo] === UPDATE_VAL && pathTo < to) {
        const valueFrom = reader.length(message, pathTo + 1, to);
        if (valueFrom >= 0 && reader.low === to) {
          const entry =
            this.table.path(prefix, message, view, pathFrom, pathTo) ??
            this.newPath(prefix, message, from, pathFrom, pathTo, to);
          if (entry !== null && this.value(entry, message, view, valueFrom, to)) {
            this.figures.fast++;
            return;
          }
        }
      }
    }
    this.figures.full++;
    this.check(message);
    const update = gnmi.Update.decode(message.subarray(from, to));
    this.applier.update(this.elemsOf(prefix), update, this.timeMs);
  }

  /** Writes a scalar; false when the value needs the full decoder. */
  private value(
    entry: PathEntry,
    message: Buffer,
    view: DataView,
    from: number,
    to: number,
  ): boolean {
    const reader = this.reader;
    const tag = message[from];
    if (tag === VALUE_UINT || tag === VALUE_INT) {
      if (reader.varint(message, from + 1, to) !== to) return false;
      if (entry.kind === VALUE_IGNORED) return true;
      if (tag === VALUE_INT && reader.high >= 0x80000000) return false;
      return this.number(entry, reader.high, reader.low);
    }
    if (tag === VALUE_DOUBLE && from + 9 === to) {
      if (entry.kind === VALUE_IGNORED) return true;
      return reader.double(view, from + 1) && this.number(entry, reader.high, reader.low);
    }
    if (tag !== VALUE_JSON_IETF && tag !== VALUE_JSON && tag !== VALUE_STRING) return false;
    const start = reader.length(message, from + 1, to);
    if (start < 0 || reader.low !== to) return false;
    const first = message[start] as number;
    // In JSON a quote encloses text and digits; in a string_val it would be part of the text.
    const text = tag === VALUE_STRING;
    if (text && first === QUOTE) return false;
    if (entry.kind === VALUE_STATUS) return this.status(entry, message, start, to, text);
    if (entry.kind === VALUE_IGNORED) return text || !mayBeTree(first);
    return reader.digits(message, start, to) && this.number(entry, reader.high, reader.low);
  }

  private number(entry: PathEntry, high: number, low: number): boolean {
    if (entry.kind === VALUE_NUMBER) {
      this.output.sink.write(entry.slot, high, low, this.timeMs);
      return true;
    }
    if (entry.kind === VALUE_STATUS) return false;
    this.output.bootTime((BigInt(high) << 32n) | BigInt(low));
    return true;
  }

  private status(
    entry: PathEntry,
    message: Buffer,
    from: number,
    to: number,
    text: boolean,
  ): boolean {
    const name = message.toString('latin1', from, to);
    const up = name === (text ? 'UP' : '"UP"');
    if (!up && name !== (text ? 'DOWN' : '"DOWN"')) return false;
    this.output.sink.write(entry.slot, 0, up ? 1 : 0, this.timeMs);
    return true;
  }

  /**
   * The strict check before anything new is believed: the whole message must be well-formed.
   */
  private check(message: Buffer): void {
    if (this.checked) return;
    decodeStrictly(message);
    this.checked = true;
  }

  /** Interns a path; null when it is none, which is for the full decoder to deal with. */
  private newPath(
    prefix: PrefixEntry,
    message: Buffer,
    from: number,
    pathFrom: number,
    pathTo: number,
    to: number,
  ): PathEntry | null {
    this.check(message);
    const update = gnmi.Update.decode(message.subarray(from, to));
    const base = this.elemsOf(prefix);
    let own: readonly PathElem[];
    try {
      own = elemsOf(update.path);
    } catch (error) {
      // A path that names nothing: the update is passed over, as by the full decoder.
      if (error instanceof GnmiError) return null;
      throw error;
    }
    const elems = [...base, ...own];
    // Longer paths are passed over as well, and not remembered.
    if (pathTo - pathFrom > MAX_PATH_LENGTH || formatPath(elems).length > MAX_PATH_LENGTH)
      return null;
    const series = seriesOf(this.device, elems, this.output.sink);
    return this.table.add(prefix, message, pathFrom, pathTo, series);
  }

  private newPrefix(message: Buffer): PrefixEntry {
    this.check(message);
    const bytes = message.subarray(this.prefixFrom, this.prefixTo);
    elemsOf(gnmi.Path.decode(bytes));
    return this.table.addPrefix(message, this.prefixFrom, this.prefixTo);
  }

  private elemsOf(prefix: PrefixEntry): readonly PathElem[] {
    return elemsOf(gnmi.Path.decode(this.table.bytesOf(prefix)));
  }

  /** Canonical text and slot of every interned path; made when a delete asks for it. */
  private knownPaths(): readonly (readonly [string, number])[] {
    const found: [string, number][] = [];
    this.table.forEach((prefix, path, entry) => {
      if (entry.slot < 0) return;
      const elems = [...elemsOf(gnmi.Path.decode(prefix)), ...elemsOf(gnmi.Path.decode(path))];
      found.push([formatPath(elems), entry.slot]);
    });
    return found;
  }
}

function decodeStrictly(message: Buffer): gnmi.SubscribeResponse {
  if (!isWellFormed(message)) throw new DecodeError('malformed SubscribeResponse');
  return gnmi.SubscribeResponse.decode(message);
}

/** Objects and arrays, or space before one. */
const mayBeTree = (first: number): boolean => first === 0x7b || first === 0x5b || first <= 0x20;

/** Whatever a malformed message makes the decoders throw is one kind of failure to the session. */
function asDecodeError(error: unknown): DecodeError {
  if (error instanceof DecodeError) return error;
  if (error instanceof GnmiError || error instanceof TooManyPaths)
    return new DecodeError(error.message, { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  return new DecodeError(`malformed SubscribeResponse: ${reason}`, { cause: error });
}
