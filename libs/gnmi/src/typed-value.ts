import { gnmi } from '@weir/proto-gen';
import { invalidArgument, unimplemented } from './error';
import { isDecimalText, parseJson } from './json-text';
import type { LeafValue } from './leaf';
import { normalise, type LeafType } from './schema';

const { Encoding } = gnmi;

/** Encodings that values can be written in. */
export type ValueEncoding = gnmi.Encoding.JSON | gnmi.Encoding.JSON_IETF | gnmi.Encoding.PROTO;

/**
 * What a TypedValue holds: a JSON tree (object, array or scalar) for the JSON encodings, a scalar
 * for the others. 64-bit integers come as bigint, to be put into shape by the leaf's type.
 * @throws GnmiError INVALID_ARGUMENT for a missing value, UNIMPLEMENTED for an unknown encoding
 */
export function plainValue(value: gnmi.TypedValue | undefined): unknown {
  const held = value?.value;
  if (held === undefined) throw invalidArgument('an update has no value');
  switch (held.$case) {
    case 'jsonVal':
    case 'jsonIetfVal':
      return parseJson(held.value);
    case 'stringVal':
    case 'intVal':
    case 'uintVal':
    case 'boolVal':
      return held.value;
    case 'doubleVal':
    case 'floatVal':
      return held.value;
    case 'decimalVal':
      return decimalText(held.value);
    case 'leaflistVal':
      return held.value.element.map((element) => plainValue(element));
    case 'bytesVal':
      return Buffer.from(held.value).toString('base64');
    case 'asciiVal':
    case 'protoBytes':
    case 'anyVal':
      throw unimplemented(`values of kind ${held.$case} are not supported`);
  }
}

function decimalText({ digits, precision }: gnmi.Decimal64): string {
  if (precision > 18) throw invalidArgument('decimal64 has at most 18 fraction digits');
  const sign = digits < 0n ? '-' : '';
  const text = (digits < 0n ? -digits : digits).toString().padStart(precision + 1, '0');
  if (precision === 0) return sign + text;
  return `${sign}${text.slice(0, -precision)}.${text.slice(-precision)}`;
}

/**
 * A scalar TypedValue as leaf value; undefined when it holds a tree. Without a type, integers that
 * a double holds exactly become numbers and the others decimal text.
 * @throws GnmiError as plainValue, and INVALID_ARGUMENT when the type does not allow the value
 */
export function decodeLeaf(
  value: gnmi.TypedValue | undefined,
  type: LeafType | undefined,
): LeafValue | undefined {
  const plain = plainValue(value);
  if (type !== undefined) {
    const normal = normalise(plain, type);
    if (normal === null) throw invalidArgument(`bad value ${JSON.stringify(String(plain))}`);
    return normal;
  }
  return leafOf(plain);
}

/** Leaf value of a scalar of unknown type; undefined for an object or null. */
export function leafOf(plain: unknown): LeafValue | undefined {
  if (typeof plain === 'bigint')
    return Number.isSafeInteger(Number(plain)) ? Number(plain) : plain.toString();
  if (typeof plain === 'string' || typeof plain === 'boolean' || typeof plain === 'number')
    return plain;
  // A leaf-list is kept as the text of its JSON array.
  if (Array.isArray(plain) && plain.every((item) => typeof item !== 'object'))
    return JSON.stringify(plain.map((item) => leafOf(item) ?? null));
  return undefined;
}

/** A leaf value as TypedValue. Without a type, JSON types decide: text is a string. */
export function encodeLeaf(
  value: LeafValue | bigint,
  type: LeafType | undefined,
  encoding: ValueEncoding,
): gnmi.TypedValue {
  if (encoding === Encoding.PROTO) return { value: protoScalar(value, type) };
  const bytes = Buffer.from(jsonText(value, type, encoding));
  return encoding === Encoding.JSON
    ? { value: { $case: 'jsonVal', value: bytes } }
    : { value: { $case: 'jsonIetfVal', value: bytes } };
}

function protoScalar(
  value: LeafValue | bigint,
  type: LeafType | undefined,
): NonNullable<gnmi.TypedValue['value']> {
  switch (type?.kind) {
    case 'integer':
      return type.signed
        ? { $case: 'intVal', value: BigInt(value) }
        : { $case: 'uintVal', value: BigInt(value) };
    case 'decimal':
      return { $case: 'doubleVal', value: Number(value) };
    case 'union': {
      const member = type.of.find((one) => normalise(value, one) !== null);
      return protoScalar(value, member);
    }
    case 'leaf-list': {
      const items = JSON.parse(String(value)) as LeafValue[];
      const element = items.map((item) => ({ value: protoScalar(item, type.of) }));
      return { $case: 'leaflistVal', value: { element } };
    }
    default:
      return untypedScalar(value);
  }
}

function untypedScalar(value: LeafValue | bigint): NonNullable<gnmi.TypedValue['value']> {
  if (typeof value === 'boolean') return { $case: 'boolVal', value };
  if (typeof value === 'string') return { $case: 'stringVal', value };
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    return { $case: 'doubleVal', value };
  const integer = BigInt(value);
  return integer < 0n ? { $case: 'intVal', value: integer } : { $case: 'uintVal', value: integer };
}

/** JSON text of one leaf; RFC 7951 quotes 64-bit integers and decimals, plain JSON does not. */
export function jsonText(
  value: LeafValue | bigint,
  type: LeafType | undefined,
  encoding: gnmi.Encoding.JSON | gnmi.Encoding.JSON_IETF,
): string {
  if (type?.kind === 'leaf-list') return String(value);
  const wide = (type?.kind === 'integer' && type.bits === 64) || type?.kind === 'decimal';
  if (wide || typeof value === 'bigint') {
    const text = String(value);
    return encoding === Encoding.JSON && isDecimalText(text) ? text : JSON.stringify(text);
  }
  return JSON.stringify(value);
}
