import type { RecordBody } from '../model';

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
