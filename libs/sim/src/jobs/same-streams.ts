import type { Member, Stream } from '../sharing/stream';

/**
 * The streams of before where those of now are no different, at the same places: a stream that
 * stays the same object stays in the network, so that a route change costs what it moves.
 */
export function reuse(before: readonly Stream[], after: readonly Stream[]): readonly Stream[] {
  let kept = 0;
  const streams = after.map((stream, index) => {
    const known = before[index];
    if (known === undefined || !sameStream(known, stream)) return stream;
    kept += 1;
    return known;
  });
  return kept === before.length && kept === after.length ? before : streams;
}

/** The stream of before where it is no different. */
export function sameOr<After extends Stream | null>(
  before: Stream | null | undefined,
  after: After,
): Stream | After {
  const same = before !== null && before !== undefined && after !== null;
  return same && sameStream(before, after) ? before : after;
}

function sameStream(a: Stream, b: Stream): boolean {
  if (a.demandBps !== b.demandBps || a.members.length !== b.members.length) return false;
  return (
    a.members === b.members || a.members.every((member, i) => sameMember(member, b.members[i]))
  );
}

function sameMember(a: Member, b: Member | undefined): boolean {
  if (b === undefined || a.connections !== b.connections) return false;
  if (a.source !== b.source || a.destination !== b.destination) return false;
  if (a.channels === b.channels) return true;
  return a.channels.length === b.channels.length && a.channels.every((c, i) => c === b.channels[i]);
}
