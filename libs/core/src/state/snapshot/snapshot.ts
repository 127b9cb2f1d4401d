import { assert, ok, refuse, type Result } from '../../base';
import { canonicalJson } from '../../ports';
import { emptyDurableState, type DurableState } from '../durable';
import { checkState } from './check';
import { fromPlain, toPlain, Unreadable } from './plain';

/** Raised when a reader of the version before would misread what is written. */
export const SNAPSHOT_FORMAT_VERSION = 1;

/** Durable state as of one record, and the chain hash of that record. */
export interface StateSnapshot {
  readonly state: DurableState;
  readonly hash: string;
}

const HASH = /^[0-9a-f]{64}$/;

/** Canonical JSON, made at once; see `snapshotWriter` where a pause must stay short. */
export function snapshotText(state: DurableState, hash: string): string {
  const writer = snapshotWriter(state, hash);
  while (!writer.step(Number.MAX_SAFE_INTEGER));
  return writer.text();
}

export interface SnapshotWriter {
  /** Writes up to `entries` more entries; true when it is complete. */
  step(entries: number): boolean;
  text(): string;
}

/**
 * Writes the snapshot a few entries at a time. The state is never changed in place, so what the
 * loop does between the steps does not show in the text.
 */
export function snapshotWriter(state: DurableState, hash: string): SnapshotWriter {
  const pieces = piecesOf(state, hash);
  const text: string[] = [];
  let complete = false;
  return {
    step: (entries) => {
      for (let left = entries; left > 0 && !complete; left--) {
        const next = pieces.next();
        if (next.done === true) complete = true;
        else text.push(next.value);
      }
      return complete;
    },
    text: () => {
      assert(complete, 'snapshot: read before it was complete');
      return text.join('');
    },
  };
}

/** The same text as canonicalJson of the whole, in pieces of one map entry. */
function* piecesOf(state: DurableState, hash: string): Generator<string, void> {
  yield `{"formatVersion":${SNAPSHOT_FORMAT_VERSION},"hash":${canonicalJson(hash)},"sequence":${state.lastSequence},"state":{`;
  const fields = Object.entries(state).filter(([, value]) => value !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [index, [name, value]] of fields.entries()) {
    yield `${index > 0 ? ',' : ''}${canonicalJson(name)}:`;
    if (value instanceof Map) yield* piecesOfMap(value);
    else yield canonicalJson(toPlain(value));
  }
  yield '}}';
}

function* piecesOfMap(map: ReadonlyMap<unknown, unknown>): Generator<string, void> {
  yield '{"$map":[';
  let first = true;
  for (const entry of map) {
    yield (first ? '' : ',') + canonicalJson(entry.map(toPlain));
    first = false;
  }
  yield ']}';
}

/**
 * State from the text, checked down to what the fold relies on. Fields that came after the snapshot
 * was written begin empty, as their records did not exist then; fields that this version does not
 * know are refused, because it would lose them.
 */
export function restoreSnapshot(text: string): Result<StateSnapshot> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return refuse('journal-corrupt', '(root)', `the snapshot is not JSON: ${String(error)}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return refuse('journal-corrupt', '(root)', 'a snapshot is an object');
  const { formatVersion, hash, sequence, state } = parsed as Record<string, unknown>;
  if (typeof formatVersion === 'number' && formatVersion > SNAPSHOT_FORMAT_VERSION)
    return refuse(
      'journal-too-new',
      'formatVersion',
      `the snapshot is of format ${formatVersion}, this version reads up to ` +
        `${SNAPSHOT_FORMAT_VERSION}; start the version that wrote it, or a newer one`,
    );
  if (formatVersion !== SNAPSHOT_FORMAT_VERSION)
    return refuse('journal-corrupt', 'formatVersion', 'not a format version of snapshots');
  if (typeof hash !== 'string' || !HASH.test(hash))
    return refuse('journal-corrupt', 'hash', 'expected 64 hexadecimal digits');
  const restored = restoreState(state);
  if (!restored.ok) return restored;
  if (restored.value.lastSequence !== sequence)
    return refuse('journal-corrupt', 'sequence', 'does not agree with state.lastSequence');
  return ok({ state: restored.value, hash });
}

function restoreState(plain: unknown): Result<DurableState> {
  try {
    const fields = fromPlain(plain, 'state');
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
      return refuse('journal-corrupt', 'state', 'expected an object');
    const unknown = Object.keys(fields).find((name) => !(name in emptyDurableState));
    if (unknown !== undefined)
      return refuse(
        'journal-too-new',
        `state.${unknown}`,
        'this version does not know the field; start the version that wrote the snapshot',
      );
    return checkState({ ...emptyDurableState, ...fields });
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return refuse('journal-corrupt', error.where, error.message);
  }
}
