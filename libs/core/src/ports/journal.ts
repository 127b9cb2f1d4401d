import type { JournalRecord, RecordBody } from '../model';
import type { JournalSnapshots } from './journal-snapshots';
import type { SnapshotFinding } from './journal-witness';

export interface JournalVerification {
  /** Sequence up to which the chain is in order; the first ones may have been compacted away. */
  readonly records: number;
  readonly chain: 'ok' | 'broken';
  /** First sequence whose hash does not follow from the one before; null when the chain is ok. */
  readonly brokenAt: number | null;
  /** Hash of the last record that is in order; the genesis hash when there is none. */
  readonly head: string;
  readonly detail: string;
  /** First record that is still there; 1 unless older ones were compacted away. */
  readonly firstSequence?: number;
  /** Newest first; none where snapshots are not kept. */
  readonly snapshots?: readonly SnapshotFinding[];
}

/**
 * Append-only, hash-chained. `append` resolves when the records are *durable* (flushed to disk,
 * or acknowledged by Redis with AOF), in order, all or none; it rejects with JournalFenced when a
 * higher epoch has written, and with JournalUnavailable when it cannot be written. After a
 * rejection nothing may be assumed: the engine stops.
 */
export interface Journal {
  append(
    epoch: number,
    atMs: number,
    bodies: readonly RecordBody[],
  ): Promise<readonly JournalRecord[]>;
  /**
   * Records from `fromSequence` (1 is the first), or from the first that is left, to the end at the
   * time of the call, in order.
   */
  read(fromSequence: number): AsyncIterable<JournalRecord>;
  /**
   * Calls back for each record from `fromSequence` on, by whoever it is appended; returns an
   * unsubscribe. `onBehind` is called once, and no record after it, when the next record was
   * compacted away: the reader must begin anew from a snapshot.
   */
  follow(
    fromSequence: number,
    onRecord: (record: JournalRecord) => void,
    onBehind?: (firstSequence: number) => void,
  ): Promise<() => Promise<void>>;
  lastSequence(): Promise<number>;
  verify(): Promise<JournalVerification>;
  /** Absent where every record is kept for ever and state is always folded from the first. */
  readonly snapshots?: JournalSnapshots | undefined;
  close(): Promise<void>;
}

export class JournalFenced extends Error {
  constructor(
    readonly epoch: number,
    readonly seenEpoch: number,
  ) {
    super(`journal: epoch ${epoch} is older than ${seenEpoch}`);
    this.name = 'JournalFenced';
  }
}

export class JournalUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JournalUnavailable';
  }
}

/** Damage in the middle of the journal; the daemon refuses to start on it. */
export class JournalCorrupt extends Error {
  constructor(
    readonly sequence: number,
    message: string,
  ) {
    super(message);
    this.name = 'JournalCorrupt';
  }
}

/** Written by a version whose formats this one does not know; it refuses to start. */
export class JournalTooNew extends Error {
  readonly code = 'journal-too-new';
  constructor(message: string) {
    super(message);
    this.name = 'JournalTooNew';
  }
}

export const GENESIS_HASH = '0'.repeat(64);

/**
 * What is hashed for a record: previous hash, newline, JSON of [sequence, atMs, epoch, body] with
 * the keys of objects in sorted order. Every journal adapter chains in this way, so that a journal
 * can be moved from one to another and still verify.
 */
export function chainText(
  previousHash: string,
  record: { sequence: number; atMs: number; epoch: number; body: RecordBody },
): string {
  return `${previousHash}\n${canonicalJson([record.sequence, record.atMs, record.epoch, record.body])}`;
}

/**
 * JSON with object keys sorted; throws on what JSON cannot carry faithfully. Written for speed: every
 * record and every hash goes through here.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`not representable in JSON: ${value}`);
      return `${value}`;
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalList(value) : canonicalObject(value);
    default:
      throw new TypeError(`not representable in JSON: ${typeof value}`);
  }
}

function canonicalList(list: readonly unknown[]): string {
  let text = '[';
  for (let i = 0; i < list.length; i++) text += (i > 0 ? ',' : '') + canonicalJson(list[i]);
  return `${text}]`;
}

function canonicalObject(object: object): string {
  const fields = object as Readonly<Record<string, unknown>>;
  let text = '{';
  for (const key of Object.keys(fields).sort()) {
    const item = fields[key];
    if (item === undefined) continue;
    text += (text.length > 1 ? ',' : '') + quoted(key) + canonicalJson(item);
  }
  return `${text}}`;
}

/** Names of fields come again and again, and quoting them is a third of the work; bounded. */
const QUOTED = new Map<string, string>();
const MOST_QUOTED = 1_024;

function quoted(key: string): string {
  const known = QUOTED.get(key);
  if (known !== undefined) return known;
  const text = `${JSON.stringify(key)}:`;
  if (QUOTED.size < MOST_QUOTED) QUOTED.set(key, text);
  return text;
}
