/** An expected refusal: what was refused, why, and where the offending field is. Never thrown. */
export interface Refusal {
  readonly kind: 'refused';
  /** Stable code from `codes.ts`; each has a section in docs/reference/error-codes.md. */
  readonly code: ErrorCode;
  /** One sentence for a person, with what to do about it. */
  readonly reason: string;
  /** Path of the offending field or resource, e.g. `spec.rules[2].when` or `leaf1:/qos/...`. */
  readonly where: string;
}

export type Result<T, E = Refusal> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

import type { ErrorCode } from './codes';

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const err = <E>(error: E): { readonly ok: false; readonly error: E } => ({
  ok: false,
  error,
});

export function refuse(
  code: ErrorCode,
  where: string,
  reason: string,
): { readonly ok: false; readonly error: Refusal } {
  return err({ kind: 'refused', code, reason, where });
}
