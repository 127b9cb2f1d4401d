import { inflateRawSync } from 'node:zlib';
import { ok, refuse, type Refusal, type Result } from '@weir/core/base';
import { crc32 } from './crc32';

/**
 * The file, little-endian:
 *
 *     'WEIRFLT\n' | u32 format version | blocks
 *     block: u8 kind | u32 length | u32 CRC-32 of these five | u32 CRC-32 of the bytes | bytes
 *
 * HEAD and END hold JSON, DATA holds raw deflate of whole entries. A file without END is of a
 * process that ended in the middle: what is there can be used.
 */
export const FLIGHT_FORMAT_VERSION = 1;
export const MAGIC = new TextEncoder().encode('WEIRFLT\n');
export const BLOCK = { head: 1, data: 2, end: 3 } as const;
export type BlockKind = (typeof BLOCK)[keyof typeof BLOCK];

const FILE_HEAD_BYTES = MAGIC.length + 4;
const BLOCK_HEAD_BYTES = 13;

/** Entries of one file after inflation; a file that a recorder wrote stays far below. */
export const MAX_FLIGHT_BYTES = 2 ** 30;

export interface FlightContent {
  readonly version: string;
  /** Wall-clock ms of the first entry, and of the last one where the recording was ended. */
  readonly fromMs: number;
  readonly toMs: number | null;
  /** Whether the recording was ended; else a process ended in the middle of it. */
  readonly complete: boolean;
  readonly entries: Uint8Array;
}

export function fileHead(): Uint8Array {
  const bytes = new Uint8Array(FILE_HEAD_BYTES);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(MAGIC.length, FLIGHT_FORMAT_VERSION, true);
  return bytes;
}

export function block(kind: BlockKind, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(BLOCK_HEAD_BYTES + body.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = kind;
  view.setUint32(1, body.length, true);
  bytes.set(body, BLOCK_HEAD_BYTES);
  view.setUint32(5, crc32(bytes.subarray(0, 5)), true);
  view.setUint32(9, crc32(body), true);
  return bytes;
}

export const jsonBytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(value));

const damaged = (at: number, reason: string): { readonly ok: false; readonly error: Refusal } =>
  refuse('flight-damaged', `byte ${at}`, `the recording is damaged: ${reason}`);

/** Reads a whole file; never throws. Refused: damage with its place, and other format versions. */
export function parseFlight(
  bytes: Uint8Array,
  maxBytes: number = MAX_FLIGHT_BYTES,
): Result<FlightContent> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < FILE_HEAD_BYTES || MAGIC.some((byte, i) => bytes[i] !== byte))
    return damaged(0, 'it does not begin as a flight recording does');
  const version = view.getUint32(MAGIC.length, true);
  const blocks = new Blocks(bytes, view, maxBytes);
  const head = version === FLIGHT_FORMAT_VERSION ? blocks.head() : blocks.writer();
  if (!head.ok) return head;
  if (version !== FLIGHT_FORMAT_VERSION)
    return refuse(
      'flight-unsupported',
      'format version',
      `the recording has format ${version}, this program reads format ${FLIGHT_FORMAT_VERSION}; ` +
        `it was written by Weir ${head.value.version}, which can replay it`,
    );
  const data = blocks.data();
  if (!data.ok) return data;
  return ok({ ...head.value, ...data.value });
}

interface Head {
  readonly version: string;
  readonly fromMs: number;
}

class Blocks {
  private at = FILE_HEAD_BYTES;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly view: DataView,
    private readonly maxBytes: number,
  ) {}

  head(): Result<Head> {
    const at = this.at;
    const next = this.next();
    if (!next.ok) return next;
    const head = next.value?.kind === BLOCK.head ? parseJson(next.value.body) : null;
    const { version, fromMs } = (head ?? {}) as Partial<Head>;
    if (typeof version !== 'string' || typeof fromMs !== 'number')
      return damaged(at, 'its head cannot be read');
    return ok({ version, fromMs });
  }

  /** Of another format only the version of its writer is of interest, if it can be found. */
  writer(): Result<Head> {
    const head = this.head();
    return head.ok ? head : ok({ version: '(not readable)', fromMs: 0 });
  }

  data(): Result<Pick<FlightContent, 'toMs' | 'complete' | 'entries'>> {
    const parts: Uint8Array[] = [];
    let left = this.maxBytes;
    for (;;) {
      const at = this.at;
      const next = this.next();
      if (!next.ok) return next;
      if (next.value === null) return ok({ toMs: null, complete: false, entries: joined(parts) });
      const { kind, body } = next.value;
      if (kind === BLOCK.end) {
        const end = parseJson(body) as { toMs?: unknown } | null;
        if (typeof end?.toMs !== 'number') return damaged(at, 'its end cannot be read');
        if (this.at !== this.bytes.length) return damaged(this.at, 'bytes after its end');
        return ok({ toMs: end.toMs, complete: true, entries: joined(parts) });
      }
      if (kind !== BLOCK.data) return damaged(at, `a block of kind ${kind} stands there`);
      const part = inflated(body, left);
      if (part === null)
        return damaged(at, 'a block cannot be unpacked, or is larger than allowed');
      left -= part.length;
      parts.push(part);
    }
  }

  /** Null where the file ends, also in the middle of a block: a process was killed there. */
  private next(): Result<{ readonly kind: number; readonly body: Uint8Array } | null> {
    const { at, bytes } = this;
    if (at + BLOCK_HEAD_BYTES > bytes.length) return ok(null);
    if (this.view.getUint32(at + 5, true) !== crc32(bytes.subarray(at, at + 5)))
      return damaged(at, 'the head of a block does not match its checksum');
    const end = at + BLOCK_HEAD_BYTES + this.view.getUint32(at + 1, true);
    if (end > bytes.length) return ok(null);
    const body = bytes.subarray(at + BLOCK_HEAD_BYTES, end);
    if (this.view.getUint32(at + 9, true) !== crc32(body))
      return damaged(at, 'a block does not match its checksum');
    this.at = end;
    return ok({ kind: bytes[at] as number, body });
  }
}

function inflated(body: Uint8Array, left: number): Uint8Array | null {
  try {
    return inflateRawSync(body, { maxOutputLength: Math.max(1, left) });
  } catch {
    return null; // The caller refuses the file and says where.
  }
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return null; // The caller refuses the file and says where.
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
