import type { Cause, CauseName, CausePart } from '../../model';

export const clamp = (value: number): number => Math.max(0, Math.min(1, value));

/** A measured figure and how much it says, 0..1. */
export type Signal = readonly [signal: string, value: number, weight: number];

/**
 * A cause whose score is the product of its signals: each of them has to speak for it. Null where
 * one of them does not, or rests on a figure that is unknown: what cannot be weighed is no cause.
 */
export function weigh(
  name: CauseName,
  at: string,
  signals: readonly Signal[],
  evidence: readonly string[],
): Cause | null {
  const score = signals.reduce((product, [, , weight]) => product * weight, 1);
  if (!(score > 0 && score <= 1)) return null;
  const parts = signals.map(([signal, value, weight]): CausePart => {
    return { signal, value: Number.isFinite(value) ? value : null, weight };
  });
  return { name, score, at, evidence, parts };
}

/** The same cause where another one explains it, at least in part. */
export function behind(cause: Cause, name: string, score: number, weight: number): Cause {
  const part: CausePart = { signal: `behind:${name}`, value: score, weight };
  return { ...cause, score: cause.score * weight, parts: [...(cause.parts ?? []), part] };
}

export const isCause = (cause: Cause | null): cause is Cause => cause !== null;
