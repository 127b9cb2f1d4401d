import { WireReader } from './wire-reader';

/** Fields of a message that are messages themselves. */
interface Shape {
  readonly [field: number]: () => Shape;
}

const LEAF: Shape = {};
const PATH_ELEM: Shape = { 2: () => LEAF };
const PATH: Shape = { 3: () => PATH_ELEM };
const SCALAR_ARRAY: Shape = { 1: () => TYPED_VALUE };
const TYPED_VALUE: Shape = { 7: () => LEAF, 8: () => SCALAR_ARRAY, 9: () => LEAF };
const UPDATE: Shape = { 1: () => PATH, 2: () => LEAF, 3: () => TYPED_VALUE };
const NOTIFICATION: Shape = { 2: () => PATH, 4: () => UPDATE, 5: () => PATH };
const RESPONSE: Shape = { 1: () => NOTIFICATION, 4: () => LEAF };

/** Leaf-lists of leaf-lists are not sent by anybody; the decoders recurse. */
const MAX_DEPTH = 32;

const VARINT = 0;
const FIXED_64 = 1;
const DELIMITED = 2;
const FIXED_32 = 5;

/**
 * Whether the bytes are well-formed as a SubscribeResponse all the way down (protobuf encoding:
 * https://protobuf.dev/programming-guides/encoding). The generated code ends a message early at a
 * tag of zero or at the end of a group, and goes on with the rest of it as fields of the message
 * around it; a part of a message could pose as another in that way.
 */
export const isWellFormed = (message: Buffer): boolean =>
  check(message, 0, message.length, RESPONSE, new WireReader(), 0);

function check(
  bytes: Buffer,
  from: number,
  to: number,
  shape: Shape,
  reader: WireReader,
  depth: number,
): boolean {
  if (depth > MAX_DEPTH) return false;
  let at = from;
  while (at < to) {
    at = reader.varint(bytes, at, to);
    if (at < 0 || reader.high !== 0) return false;
    const field = reader.low >>> 3;
    if (field === 0) return false;
    switch (reader.low & 7) {
      case VARINT:
        at = reader.varint(bytes, at, to);
        if (at < 0) return false;
        break;
      case FIXED_64:
        at += 8;
        break;
      case FIXED_32:
        at += 4;
        break;
      case DELIMITED: {
        const start = reader.length(bytes, at, to);
        if (start < 0) return false;
        at = reader.low;
        const inner = shape[field];
        if (inner && !check(bytes, start, at, inner(), reader, depth + 1)) return false;
        break;
      }
      default:
        return false;
    }
  }
  return at === to;
}
