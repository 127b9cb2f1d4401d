import type { ServiceError } from '@grpc/grpc-js';
import type { LeafDiff } from '@weir/core/model';
import type { SetAnswer } from '@weir/core/ports';
import { pathKeyOf } from '../announcement';
import { checkLeaf } from '../profile';
import { readPaths, type RpcResult } from '../speaker';
import { policyKeyOf } from '../sr-policy';
import { encoded, type SpeakerSession } from './speaker-session';
import type { View } from './view-store';

const INVALID_ARGUMENT = 3;
const FAILED_PRECONDITION = 9;
const INTERNAL = 13;
/** Nobody can say what came of a call that ended like this. */
const UNCERTAIN: ReadonlySet<number> = new Set([1, 4, 14]);

const NO_SR_POLICIES =
  'the topology does not let Weir announce SR policies here (bgp.srPolicies); nothing was sent';

/** What shall be there afterwards, by leaf; null is absent. */
type Wanted = ReadonlyMap<string, string | null>;

/**
 * One Set, as near to all-or-nothing as the speaker's API allows. Everything is checked before
 * anything is sent; new and changed paths go in one message, which is taken as a whole or not at
 * all, and only then are others withdrawn. When a step is refused, what was there is put back, and
 * the answer says `refused` only when that was read back. Call it exclusively.
 */
export async function applySet(
  session: SpeakerSession,
  leaves: readonly LeafDiff[],
  timeoutMs: number,
): Promise<SetAnswer> {
  const wanted = wantedOf(leaves);
  if (!(wanted instanceof Map)) return wanted;
  if (!session.withSrPolicies && [...wanted.keys()].some((path) => policyKeyOf(path) !== null))
    return { kind: 'refused', grpcCode: FAILED_PRECONDITION, message: NO_SR_POLICIES };
  const endMs = Date.now() + timeoutMs;
  const left = (): number => Math.max(1, endMs - Date.now());
  const before = await session.inSync(left());
  if (!before.ok) {
    const { code, details, message } = before.error;
    return { kind: 'refused', grpcCode: code, message: `${details || message}; nothing was sent` };
  }
  const held = before.value.own;
  const foreign = unwritableHeld(held, wanted);
  if (foreign !== null) return foreign;
  const sent = await send(session, held, wanted, left);
  if (!sent.ok && UNCERTAIN.has(sent.error.code)) return unknown(sent.error);
  const after = await readBack(session, wanted, timeoutMs);
  if (after === null) return { kind: 'unknown', message: 'sent, but could not be read back' };
  await session.remember(merged(held, wanted, after), 'expected');
  if (matches(after, wanted)) return { kind: 'ok' };
  const why = sent.ok
    ? 'the speaker answered OK, but holds something else (an import policy of its own?)'
    : said(sent.error);
  const grpcCode = sent.ok ? INTERNAL : sent.error.code;
  return putBack(session, held, wanted, after, { why, grpcCode, timeoutMs });
}

/** Refused with the path of the first leaf that cannot be sent. */
function wantedOf(leaves: readonly LeafDiff[]): Map<string, string | null> | SetAnswer {
  const wanted = new Map<string, string | null>();
  for (const { path, after } of leaves) {
    const text = after === null ? null : String(after);
    // A path that goes is checked as well: a bad prefix has never been there to be withdrawn.
    const known = pathKeyOf(path) !== null || policyKeyOf(path) !== null;
    const checked = !known || text !== null ? checkLeaf(path, text ?? '') : null;
    if (checked?.ok === false) {
      const message = `${path}: ${checked.error.reason}`;
      return { kind: 'refused', grpcCode: INVALID_ARGUMENT, message };
    }
    wanted.set(path, text);
  }
  return wanted;
}

/** What could not be put back is not touched: somebody else used an identifier of ours. */
function unwritableHeld(held: View, wanted: Wanted): SetAnswer | null {
  for (const path of wanted.keys()) {
    const text = held.get(path);
    if (text === undefined || checkLeaf(path, text).ok) continue;
    const message = `${path} holds "${text}", which Weir did not write; withdraw it first`;
    return { kind: 'refused', grpcCode: FAILED_PRECONDITION, message };
  }
  return null;
}

async function send(
  session: SpeakerSession,
  held: View,
  wanted: Wanted,
  left: () => number,
): Promise<RpcResult<void>> {
  const announced = [...wanted].flatMap(([path, text]) =>
    text !== null && held.get(path) !== text ? [encoded(path, text)] : [],
  );
  if (announced.length > 0) {
    const added = await session.heard(session.client.addPaths(announced, left()));
    if (!added.ok) return added;
  }
  for (const [path, text] of wanted) {
    const there = held.get(path);
    if (text !== null || there === undefined) continue;
    const gone = await session.heard(session.client.deletePath(encoded(path, there), left()));
    if (!gone.ok) return gone;
  }
  return { ok: true, value: undefined };
}

async function readBack(
  session: SpeakerSession,
  wanted: Wanted,
  timeoutMs: number,
): Promise<View | null> {
  const paths = [...wanted.keys()];
  const prefixes = new Set(paths.flatMap((path) => pathKeyOf(path)?.prefix ?? []));
  const srPolicies = paths.some((path) => policyKeyOf(path) !== null);
  const selection = { prefixes: [...prefixes], srPolicies };
  const read = await session.heard(readPaths(session.client, selection, timeoutMs));
  return read.ok ? read.value.own : null;
}

/** What is known of the whole speaker after some of its leaves were read again. */
function merged(held: View, wanted: Wanted, after: View): View {
  const view = new Map(held);
  for (const path of wanted.keys()) view.delete(path);
  for (const [path, text] of after) view.set(path, text);
  return view;
}

const matches = (view: View, wanted: Wanted): boolean =>
  [...wanted].every(([path, text]) => (view.get(path) ?? null) === text);

interface Failure {
  readonly why: string;
  readonly grpcCode: number;
  readonly timeoutMs: number;
}

async function putBack(
  session: SpeakerSession,
  held: View,
  wanted: Wanted,
  after: View,
  { why, grpcCode, timeoutMs }: Failure,
): Promise<SetAnswer> {
  const old = new Map([...wanted.keys()].map((path) => [path, held.get(path) ?? null]));
  if (matches(after, old)) return { kind: 'refused', grpcCode, message: why };
  const sent = await send(session, after, old, () => timeoutMs);
  const now = await readBack(session, old, timeoutMs);
  if (now !== null) await session.remember(merged(held, wanted, now), 'expected');
  if (now !== null && matches(now, old))
    return { kind: 'refused', grpcCode, message: `${why}; what was there was put back` };
  const also = sent.ok ? 'it is not there' : said(sent.error);
  return { kind: 'unknown', message: `${why}; putting back what was there failed: ${also}` };
}

const said = (error: ServiceError): string => error.details || error.message;

const unknown = (error: ServiceError): SetAnswer => ({ kind: 'unknown', message: said(error) });
