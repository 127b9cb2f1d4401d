import { withoutModule } from '../path';
import type { LeafValue } from '../leaf';

/** YANG type of a leaf, as far as values are told apart by it. */
export type LeafType =
  | { readonly kind: 'string'; readonly pattern?: RegExp }
  | { readonly kind: 'boolean' }
  | {
      readonly kind: 'integer';
      readonly bits: 8 | 16 | 32 | 64;
      readonly signed: boolean;
      readonly min: bigint;
      readonly max: bigint;
    }
  | { readonly kind: 'decimal' }
  | { readonly kind: 'names'; readonly values: readonly string[] }
  | { readonly kind: 'union'; readonly of: readonly LeafType[] }
  | { readonly kind: 'leaf-list'; readonly of: LeafType };

const integer = (bits: 8 | 16 | 32 | 64, signed: boolean): LeafType => {
  const span = 1n << BigInt(bits);
  return signed
    ? { kind: 'integer', bits, signed, min: -span / 2n, max: span / 2n - 1n }
    : { kind: 'integer', bits, signed, min: 0n, max: span - 1n };
};

export const STRING: LeafType = { kind: 'string' };
export const BOOLEAN: LeafType = { kind: 'boolean' };
export const UINT8 = integer(8, false);
export const UINT16 = integer(16, false);
export const UINT32 = integer(32, false);
export const UINT64 = integer(64, false);
export const INT32 = integer(32, true);
export const INT64 = integer(64, true);
export const DECIMAL: LeafType = { kind: 'decimal' };
export const PERCENTAGE: LeafType = { kind: 'integer', bits: 8, signed: false, min: 0n, max: 100n };
export const PERCENTAGE64: LeafType = {
  kind: 'integer',
  bits: 64,
  signed: false,
  min: 0n,
  max: 100n,
};
/** Enumerations and identities: bare names, module prefixes dropped. */
export const names = (...values: string[]): LeafType => ({ kind: 'names', values });
export const union = (...of: LeafType[]): LeafType => ({ kind: 'union', of });
export const leafList = (of: LeafType): LeafType => ({ kind: 'leaf-list', of });

/**
 * The RFC 7951 value of `value` under a type, or null when the type does not allow it. Accepts
 * what encodings differ in: numbers as decimal text and back, prefixed identities.
 */
export function normalise(value: unknown, type: LeafType): LeafValue | null {
  switch (type.kind) {
    case 'string':
      if (typeof value !== 'string') return null;
      return type.pattern === undefined || type.pattern.test(value) ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'integer':
      return normaliseInteger(value, type);
    case 'decimal':
      return normaliseDecimal(value);
    case 'names': {
      if (typeof value !== 'string') return null;
      const bare = withoutModule(value);
      return type.values.includes(bare) ? bare : null;
    }
    case 'union':
      for (const member of type.of) {
        const found = normalise(value, member);
        if (found !== null) return found;
      }
      return null;
    case 'leaf-list':
      return normaliseList(value, type.of);
  }
}

function normaliseInteger(
  value: unknown,
  type: Extract<LeafType, { kind: 'integer' }>,
): LeafValue | null {
  let number: bigint;
  if (typeof value === 'bigint') number = value;
  else if (typeof value === 'number' && Number.isSafeInteger(value)) number = BigInt(value);
  else if (typeof value === 'string' && /^[+-]?\d{1,20}$/.test(value))
    number = BigInt(value.replace('+', ''));
  else return null;
  if (number < type.min || number > type.max) return null;
  return type.bits === 64 ? number.toString() : Number(number);
}

function normaliseDecimal(value: unknown): LeafValue | null {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string' && /^[+-]?\d{1,19}(\.\d{1,18})?$/.test(value)) return value;
  return null;
}

/** A leaf-list is kept as the text of its JSON array. */
function normaliseList(value: unknown, type: LeafType): LeafValue | null {
  let items = value;
  if (typeof value === 'string') {
    try {
      items = JSON.parse(value);
    } catch {
      return null; // Not an array at all: the type does not allow it.
    }
  }
  if (!Array.isArray(items)) return null;
  const normal: LeafValue[] = [];
  for (const item of items) {
    const found = normalise(item, type);
    if (found === null) return null;
    normal.push(found);
  }
  return JSON.stringify(normal);
}

/** What the type allows, for messages. */
export function describeType(type: LeafType): string {
  switch (type.kind) {
    case 'integer':
      return `an integer from ${type.min} to ${type.max}`;
    case 'names':
      return `one of ${type.values.join(', ')}`;
    case 'union':
      return type.of.map(describeType).join(' or ');
    case 'leaf-list':
      return `a list of ${describeType(type.of)}`;
    case 'string':
      return type.pattern === undefined ? 'a string' : `a string like ${type.pattern.source}`;
    case 'boolean':
      return 'true or false';
    case 'decimal':
      return 'a decimal number';
  }
}
