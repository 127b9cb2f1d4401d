import { ok, refuse, type Result } from '@weir/core/base';
import type { TrafficClass } from '@weir/core/model';

/**
 * Code points that traffic is marked with unless a scheme says otherwise (MISSION E3): EF (RFC
 * 3246), AF41, AF31 and AF21 (RFC 2597), CS1 and the default. Storage has none of its own.
 */
export const DEFAULT_DSCP: Readonly<Partial<Record<TrafficClass, number>>> = {
  'real-time-inference': 46,
  interactive: 34,
  training: 26,
  batch: 18,
  management: 8,
  'best-effort': 0,
};

export interface Coded {
  /** Path of the class in the spec. */
  readonly path: string;
  readonly name: string;
  readonly traffic: readonly TrafficClass[];
  readonly dscp?: readonly number[] | undefined;
}

/** Code points of each class, ascending; each belongs to one class only. */
export function codePoints(classes: readonly Coded[]): Result<readonly (readonly number[])[]> {
  const ownerOf = new Map<number, string>();
  const found: (readonly number[])[] = [];
  for (const { path, name, traffic, dscp } of classes) {
    const codes = dscp ?? traffic.flatMap((item) => DEFAULT_DSCP[item] ?? []);
    if (codes.length === 0)
      return refuse('intent-invalid', `${path}.dscp`, `${traffic.join(', ')} has no code point`);
    for (const code of codes) {
      const owner = ownerOf.get(code);
      if (owner !== undefined)
        return refuse(
          'intent-invalid',
          `${path}.dscp`,
          `code point ${code} belongs to class ${owner} already`,
        );
      ownerOf.set(code, name);
    }
    found.push([...codes].sort((a, b) => a - b));
  }
  return ok(found);
}
