import type { DeviceId } from '@weir/core/model';
import type { TelemetrySink } from '@weir/core/ports';
import {
  elemsOf,
  flattenJson,
  formatPath,
  GnmiError,
  invalidArgument,
  MAX_PATH_LENGTH,
  parsedPath,
  parseJson,
  PathPattern,
  plainValue,
  withoutModule,
  type PathElem,
} from '@weir/gnmi';
import { gnmi } from '@weir/proto-gen';
import {
  operStatusCode,
  seriesOf,
  VALUE_BOOT_TIME,
  VALUE_IGNORED,
  VALUE_NUMBER,
  type Series,
} from './series-path';
import { MAX_BYTES_OF_PATHS, TooManyPaths } from './path-table';

/** What a decoded message is fed to. */
export interface DecoderOutput {
  readonly sink: TelemetrySink;
  /** Start of the device, ns since the epoch. */
  bootTime(ns: bigint): void;
}

export interface ApplyFigures {
  /** Values that could not be understood and were passed over. */
  unusable: number;
}

type KnownPaths = readonly (readonly [path: string, slot: number])[];

const TWO_32 = 4294967296;
const UINT64_MAX = 2n ** 64n - 1n;

/**
 * The general decoder: takes a message as the generated code decodes it and feeds the same sink
 * as the fast path. It handles what the fast path does not (trees, deletes, atomic, odd values),
 * and is the measure of what the fast path must do.
 */
export class MessageApplier {
  readonly figures: ApplyFigures = { unusable: 0 };
  /** Leaves that came inside JSON trees or by this decoder, by canonical path. */
  private readonly series = new Map<string, Series>();
  /** Length of all of them together. */
  private characters = 0;
  /** Slots written by the atomic notification in hand. */
  private written: Set<number> | null = null;

  constructor(
    readonly device: DeviceId,
    private readonly output: DecoderOutput,
    private readonly maxPaths: number,
  ) {}

  /** `known` gives path and slot of what the fast path has interned. */
  notification(notification: gnmi.Notification, known: () => KnownPaths): void {
    const timeMs = Number(notification.timestamp) / 1e6;
    const base = elemsOf(notification.prefix);
    const deletes = notification.delete.map((path) => [...base, ...elemsOf(path)]);
    if (deletes.length > 0) this.invalidateBelow(deletes, known(), null);
    const written = notification.atomic ? new Set<number>() : null;
    this.written = written;
    for (const update of notification.update) this.update(base, update, timeMs);
    this.written = null;
    // An atomic notification replaces everything below its prefix.
    if (written !== null) this.invalidateBelow([base], known(), written);
  }

  /** A value that cannot be understood is passed over and counted; it does not end the stream. */
  update(base: readonly PathElem[], update: gnmi.Update, timeMs: number): void {
    try {
      const elems = [...base, ...elemsOf(update.path)];
      const plain = update.val === undefined ? oldStyle(update.value) : plainValue(update.val);
      if (typeof plain === 'object' && plain !== null)
        flattenJson(elems, plain, 'keep', (path, value) =>
          this.leaf(this.known(path, parsedPath(path).elems), value, timeMs),
        );
      else this.leaf(this.known(formatPath(elems), elems), plain, timeMs);
    } catch (error) {
      if (!(error instanceof GnmiError)) throw error;
      this.figures.unusable++;
    }
  }

  private leaf(series: Series, value: unknown, timeMs: number): void {
    if (series.kind === VALUE_IGNORED) return;
    this.written?.add(series.slot);
    const { sink } = this.output;
    if (series.kind === VALUE_NUMBER || series.kind === VALUE_BOOT_TIME) {
      const number = wholeNumber(value);
      if (number === null) this.figures.unusable++;
      else if (series.kind === VALUE_BOOT_TIME) this.output.bootTime(number);
      else sink.write(series.slot, Number(number >> 32n), Number(number & 0xffffffffn), timeMs);
    } else if (typeof value === 'string') {
      sink.write(series.slot, 0, operStatusCode(withoutModule(value)), timeMs);
    } else this.figures.unusable++;
  }

  private invalidateBelow(
    places: readonly (readonly PathElem[])[],
    known: KnownPaths,
    except: ReadonlySet<number> | null,
  ): void {
    const patterns = places.map((elems) => new PathPattern(elems));
    const slots = new Set<number>();
    const select = (path: string, slot: number): void => {
      if (slot < 0 || except?.has(slot) === true) return;
      if (patterns.some((pattern) => pattern.matches(path))) slots.add(slot);
    };
    for (const [path, slot] of known) select(path, slot);
    for (const [path, series] of this.series) select(path, series.slot);
    for (const slot of slots) this.output.sink.invalidate(slot);
  }

  private known(path: string, elems: readonly PathElem[]): Series {
    let series = this.series.get(path);
    if (series !== undefined) return series;
    if (path.length > MAX_PATH_LENGTH)
      throw invalidArgument(`path is longer than ${MAX_PATH_LENGTH} characters`);
    if (this.series.size >= this.maxPaths) throw new TooManyPaths(this.maxPaths);
    this.characters += path.length;
    if (this.characters > MAX_BYTES_OF_PATHS)
      throw new TooManyPaths(MAX_BYTES_OF_PATHS, 'bytes of paths');
    series = seriesOf(this.device, elems, this.output.sink);
    this.series.set(path, series);
    return series;
  }
}

/** The deprecated `value` field: JSON or nothing that we know. */
function oldStyle(value: gnmi.Value | undefined): unknown {
  if (value === undefined) return undefined;
  const json = value.type === gnmi.Encoding.JSON || value.type === gnmi.Encoding.JSON_IETF;
  return json ? parseJson(value.value) : undefined;
}

/** Counter or gauge as an unsigned 64-bit integer; fractions are cut off. */
function wholeNumber(value: unknown): bigint | null {
  let number: bigint;
  if (typeof value === 'bigint') number = value;
  else if (typeof value === 'number' && Number.isFinite(value)) number = BigInt(Math.floor(value));
  else if (typeof value === 'string' && /^\d{1,20}(\.\d+)?$/.test(value))
    number = BigInt(value.replace(/\..*$/, ''));
  else return null;
  return number < 0n || number > UINT64_MAX ? null : number;
}

/** Time stamp in ns as two halves, in ms with its fraction. */
export const stampMs = (high: number, low: number): number => (high * TWO_32 + low) / 1e6;
