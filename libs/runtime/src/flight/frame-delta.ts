import type { FrameLayout, TelemetryFrame } from '@weir/core/model';
import { type ByteReader } from './byte-reader';
import { type ByteWriter } from './byte-writer';
import { withLater } from './older';
import { decodeValue, encodeValue } from './value-codec';

/**
 * Frames as differences to the frame before, to the last bit: most series are sampled less often
 * than the loop looks, and rows of one device are of one age. A column is one of
 *
 *     same | runs of equal values | the rows that changed | all rows
 *
 * whichever is the shortest. The columns are whatever typed arrays the frame has.
 */
const SAME = 0;
const RUNS = 1;
const ROWS = 2;
const ALL = 3;

type Column = Float64Array | Uint8Array;

interface NamedColumn {
  readonly table: string;
  readonly name: string;
  readonly column: Column;
}

/** Columns of a frame in order, and everything else of it. */
function taken(frame: TelemetryFrame): { columns: NamedColumn[]; rest: Record<string, unknown> } {
  const columns: NamedColumn[] = [];
  const rest: Record<string, unknown> = {};
  for (const [table, value] of Object.entries(frame) as [string, unknown][])
    if (table === 'layout') continue;
    else if (!isTable(value)) rest[table] = value;
    else for (const [name, column] of Object.entries(value)) columns.push({ table, name, column });
  return { columns, rest };
}

const isTable = (value: unknown): value is Record<string, Column> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((item) => item instanceof Float64Array || item instanceof Uint8Array);

/** Words of 32 bits, since a comparison of floats would miss -0 and be confused by NaN. */
const wordsOf = (column: Column): Uint32Array | Uint8Array =>
  column instanceof Uint8Array
    ? column
    : new Uint32Array(column.buffer, column.byteOffset, column.length * 2);

export class FrameEncoder {
  /** Own copies of the columns of the last frame: the store uses its arrays again. */
  private before: NamedColumn[] = [];

  /** The next frame stands by itself. */
  reset(): void {
    this.before = [];
  }

  encode(to: ByteWriter, frame: TelemetryFrame): void {
    const { columns, rest } = taken(frame);
    const known = sameShape(this.before, columns);
    encodeValue(to, rest, null);
    to.u8(known ? 1 : 0);
    if (!known) this.begin(to, columns);
    for (let i = 0; i < columns.length; i++) {
      const { column } = columns[i] as NamedColumn;
      const old = (this.before[i] as NamedColumn).column;
      writeColumn(to, column, old);
      old.set(column);
    }
  }

  private begin(to: ByteWriter, columns: readonly NamedColumn[]): void {
    const shape = columns.map(({ table, name, column }) => [
      table,
      name,
      column instanceof Uint8Array,
      column.length,
    ]);
    encodeValue(to, shape, null);
    this.before = columns.map((item) => ({
      ...item,
      column: emptyLike(item.column instanceof Uint8Array, item.column.length),
    }));
  }
}

const emptyLike = (bytes: boolean, length: number): Column =>
  bytes ? new Uint8Array(length) : new Float64Array(length);

function sameShape(a: readonly NamedColumn[], b: readonly NamedColumn[]): boolean {
  return (
    a.length === b.length &&
    a.every((item, i) => {
      const other = b[i] as NamedColumn;
      return (
        item.name === other.name &&
        item.table === other.table &&
        item.column.length === other.column.length
      );
    })
  );
}

function writeColumn(to: ByteWriter, column: Column, old: Column): void {
  const wide = column instanceof Float64Array;
  const now = wordsOf(column);
  const then = wordsOf(old);
  let changed = 0;
  let runs = 0;
  for (let row = 0; row < column.length; row++) {
    if (!alike(now, row, then, row, wide)) changed++;
    if (row === 0 || !alike(now, row, now, row - 1, wide)) runs++;
  }
  const size = wide ? 8 : 1;
  if (changed === 0) to.u8(SAME);
  else if (Math.min(runs, changed) * (size + 2) >= column.length * size) {
    to.u8(ALL);
    to.raw(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  } else if (runs <= changed) writeRuns(to, column, now, wide, runs);
  else writeRows(to, column, now, then, wide, changed);
}

function alike(
  a: Uint32Array | Uint8Array,
  i: number,
  b: Uint32Array | Uint8Array,
  j: number,
  wide: boolean,
): boolean {
  if (!wide) return a[i] === b[j];
  return a[2 * i] === b[2 * j] && a[2 * i + 1] === b[2 * j + 1];
}

function writeRuns(
  to: ByteWriter,
  column: Column,
  now: Uint32Array | Uint8Array,
  wide: boolean,
  runs: number,
): void {
  to.u8(RUNS);
  to.varint(runs);
  let from = 0;
  for (let row = 1; row <= column.length; row++) {
    if (row < column.length && alike(now, row, now, from, wide)) continue;
    to.varint(row - from);
    writeNumber(to, column[from] as number, wide);
    from = row;
  }
}

function writeRows(
  to: ByteWriter,
  column: Column,
  now: Uint32Array | Uint8Array,
  then: Uint32Array | Uint8Array,
  wide: boolean,
  changed: number,
): void {
  to.u8(ROWS);
  to.varint(changed);
  let last = -1;
  for (let row = 0; row < column.length; row++) {
    if (alike(now, row, then, row, wide)) continue;
    to.varint(row - last - 1);
    writeNumber(to, column[row] as number, wide);
    last = row;
  }
}

function writeNumber(to: ByteWriter, value: number, wide: boolean): void {
  if (wide) to.f64(value);
  else to.u8(value);
}

export class FrameDecoder {
  private before: NamedColumn[] = [];

  constructor(private readonly layout: FrameLayout) {}

  reset(): void {
    this.before = [];
  }

  /** Each frame has arrays of its own. Throws FlightDamage. */
  decode(from: ByteReader): TelemetryFrame {
    const rest = decodeValue(from, NOTHING_AROUND) as Record<string, unknown>;
    if (typeof rest !== 'object' || rest === null) throw from.damage('a frame without a head');
    if (from.u8() === 0) this.before = this.begin(from);
    const tables: Record<string, Record<string, Column>> = {};
    this.before = this.before.map((item) => ({ ...item, column: readColumn(from, item.column) }));
    for (const { table, name, column } of this.before) (tables[table] ??= {})[name] = column;
    if (tables['channels'] !== undefined)
      tables['channels'] = withLater(tables['channels'], this.layout.channels.length);
    return { ...rest, layout: this.layout, ...tables } as unknown as TelemetryFrame;
  }

  /** Columns as long as the layout says, and no others: whoever reads frames relies on it. */
  private begin(from: ByteReader): NamedColumn[] {
    const shape = decodeValue(from, NOTHING_AROUND);
    const rows: Readonly<Record<string, number>> = {
      channels: this.layout.channels.length,
      queues: this.layout.queues.length,
      prefixes: this.layout.prefixes.length,
      devices: this.layout.devices.length,
    };
    if (!Array.isArray(shape)) throw from.damage('a frame without columns');
    return (shape as unknown[]).map((entry) => {
      const [table, name, bytes, length] = Array.isArray(entry) ? (entry as unknown[]) : [];
      if (typeof table !== 'string' || typeof name !== 'string' || rows[table] !== length)
        throw from.damage('columns of another topology');
      return { table, name, column: emptyLike(bytes === true, length as number) };
    });
  }
}

const NOTHING_AROUND = { layout: null, part: null };

function readColumn(from: ByteReader, old: Column): Column {
  const wide = old instanceof Float64Array;
  const column = old.slice();
  const read = (): number => (wide ? from.f64() : from.u8());
  const tag = from.u8();
  if (tag === SAME) return column;
  if (tag === ALL) {
    const raw = from.raw(column.byteLength);
    new Uint8Array(column.buffer, column.byteOffset, column.byteLength).set(raw);
    return column;
  }
  if (tag !== RUNS && tag !== ROWS) throw from.damage(`no column begins with ${tag}`);
  let row = 0;
  for (let left = from.count(2); left > 0; left--) {
    const step = from.varint();
    if (tag === ROWS) row += step;
    const to = tag === RUNS ? row + step : row + 1;
    if (to > column.length) throw from.damage('more rows than the column has');
    column.fill(read(), row, to);
    row = to;
  }
  return column;
}
