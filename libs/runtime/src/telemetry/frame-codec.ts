import type { Result } from '@weir/core/base';
import { ok, refuse } from '@weir/core/base';
import type { FrameLayout, TelemetryFrame, WorkloadSample } from '@weir/core/model';
import { TRAFFIC_CLASSES, WORKLOAD_METRICS } from '@weir/core/model';
import { unknownArrays, type FrameArrays } from './frame-arrays';

/**
 * Binary form of a frame for the broadcast from ingest to engine, little-endian:
 *
 *     u32 'WFR2' | u32 n | n bytes JSON {revision, sequence, atMs, workloads} | columns
 *
 * A column is one tag byte and, unless every row is unknown, one value per row: 32-bit floats (a
 * relative error below 1e-7, far under that of any counter) or bytes. Columns stand in the order
 * of `columnsOf`; their lengths follow from the layout, which both sides build from the topology.
 */
const MAGIC = 0x32524657;
const TAG_UNKNOWN = 0;
const TAG_CONSTANT = 1;
const TAG_FLOATS = 2;
const TAG_BYTES = 3;

interface Head {
  readonly revision: string;
  readonly sequence: number;
  readonly atMs: number;
  readonly workloads: readonly WorkloadSample[];
}

export function encodeFrame(frame: TelemetryFrame): Uint8Array {
  const head: Head = {
    revision: frame.layout.revision,
    sequence: frame.sequence,
    atMs: frame.atMs,
    workloads: frame.workloads,
  };
  const headBytes = new TextEncoder().encode(JSON.stringify(head));
  const columns = columnsOf(frame);
  const most = columns.reduce((sum, column) => sum + 5 + column.length * 4, 8 + headBytes.length);
  const bytes = new Uint8Array(most);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, headBytes.length, true);
  bytes.set(headBytes, 8);
  let at = 8 + headBytes.length;
  for (const column of columns) at = writeColumn(bytes, view, at, column);
  return bytes.subarray(0, at);
}

/** Refuses frames of another topology revision and damaged ones; never throws. */
export function decodeFrame(bytes: Uint8Array, layout: FrameLayout): Result<TelemetryFrame> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || view.getUint32(0, true) !== MAGIC) return damaged('no frame header');
  const headLength = view.getUint32(4, true);
  if (headLength > bytes.length - 8) return damaged('header longer than the frame');
  const head = parseHead(bytes.subarray(8, 8 + headLength));
  if (head === null) return damaged('header cannot be read');
  if (head.revision !== layout.revision)
    return refuse(
      'telemetry-stale',
      'frame.revision',
      `The frame is of topology revision ${head.revision}, not ${layout.revision}; ` +
        'give ingest and engine the same topology.',
    );
  const arrays = unknownArrays(layout);
  let at = 8 + headLength;
  for (const column of columnsOf(arrays)) {
    at = readColumn(bytes, view, at, column);
    if (at < 0) return damaged('a column is cut short');
    if (!isMeasured(column)) return damaged('a column holds a value below zero');
  }
  if (at !== bytes.length) return damaged('bytes after the last column');
  const { sequence, atMs, workloads } = head;
  return ok({ sequence, atMs, layout, ...arrays, workloads });
}

type Column = Float64Array | Uint8Array;

function columnsOf({ channels, queues, prefixes, devices }: FrameArrays): readonly Column[] {
  return [
    channels.txBps,
    channels.rxBps,
    channels.lossRatio,
    channels.inErrorRatio,
    channels.pauseRxPps,
    channels.pauseTxPps,
    channels.operStatus,
    channels.ageMs,
    queues.txBps,
    queues.depthBytes,
    queues.peakDepthBytes,
    queues.lossRatio,
    queues.markRatio,
    queues.ageMs,
    prefixes.txBps,
    prefixes.ageMs,
    devices.synced,
    devices.ageMs,
  ];
}

function writeColumn(bytes: Uint8Array, view: DataView, at: number, column: Column): number {
  if (column instanceof Uint8Array) {
    bytes[at] = TAG_BYTES;
    bytes.set(column, at + 1);
    return at + 1 + column.length;
  }
  const first = column[0] ?? NaN;
  if (column.every((value) => Object.is(value, first))) {
    bytes[at] = Number.isNaN(first) ? TAG_UNKNOWN : TAG_CONSTANT;
    if (Number.isNaN(first)) return at + 1;
    view.setFloat32(at + 1, first, true);
    return at + 5;
  }
  bytes[at] = TAG_FLOATS;
  for (let row = 0; row < column.length; row++)
    view.setFloat32(at + 1 + row * 4, column[row] as number, true);
  return at + 1 + column.length * 4;
}

/** Nothing that is measured is negative; NaN is unknown, and an age may be infinite. */
function isMeasured(column: Column): boolean {
  if (column instanceof Uint8Array) return true;
  for (const value of column) if (value < 0) return false;
  return true;
}

/** Returns where the next column starts, or -1 when this one is not whole. */
function readColumn(bytes: Uint8Array, view: DataView, at: number, column: Column): number {
  const tag = bytes[at];
  const from = at + 1;
  if (column instanceof Uint8Array) {
    if (tag !== TAG_BYTES || from + column.length > bytes.length) return -1;
    column.set(bytes.subarray(from, from + column.length));
    return from + column.length;
  }
  if (tag === TAG_UNKNOWN) {
    column.fill(NaN);
    return from;
  }
  if (tag === TAG_CONSTANT) {
    if (from + 4 > bytes.length) return -1;
    column.fill(view.getFloat32(from, true));
    return from + 4;
  }
  if (tag !== TAG_FLOATS || from + column.length * 4 > bytes.length) return -1;
  for (let row = 0; row < column.length; row++) column[row] = view.getFloat32(from + row * 4, true);
  return from + column.length * 4;
}

function parseHead(bytes: Uint8Array): Head | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null; // The caller refuses the frame and says why.
  }
  if (typeof parsed !== 'object' || parsed === null) return null;
  const { revision, sequence, atMs, workloads } = parsed as Partial<Head>;
  if (typeof revision !== 'string' || !Number.isSafeInteger(sequence)) return null;
  if (!Number.isFinite(atMs) || !Array.isArray(workloads)) return null;
  if (!(workloads as unknown[]).every(isWorkloadSample)) return null;
  return { revision, sequence: sequence as number, atMs: atMs as number, workloads };
}

function isWorkloadSample(value: unknown): value is WorkloadSample {
  if (typeof value !== 'object' || value === null) return false;
  const sample = value as Partial<Record<keyof WorkloadSample, unknown>>;
  return (
    typeof sample.workload === 'string' &&
    (TRAFFIC_CLASSES as readonly unknown[]).includes(sample.class) &&
    (WORKLOAD_METRICS as readonly unknown[]).includes(sample.metric) &&
    (sample.worker === undefined || typeof sample.worker === 'string') &&
    isAscending(sample.boundsMs) &&
    Array.isArray(sample.counts) &&
    sample.counts.every(isCount) &&
    sample.counts.length === sample.boundsMs.length + 1 &&
    isCount(sample.errors) &&
    typeof sample.ageMs === 'number' &&
    sample.ageMs >= 0
  );
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function isAscending(list: unknown): list is number[] {
  if (!Array.isArray(list)) return false;
  let last = -Infinity;
  for (const bound of list as unknown[]) {
    if (typeof bound !== 'number' || !(bound > last) || bound === Infinity) return false;
    last = bound;
  }
  return true;
}

const damaged = (reason: string) =>
  refuse('request-invalid', 'frame', `The telemetry frame is damaged: ${reason}.`);
