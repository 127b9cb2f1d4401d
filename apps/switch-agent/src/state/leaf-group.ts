import type { StateValue } from '@weir/gnmi-server';

/** State leaves of one list entry: names below `path`, and their values in the same order. */
export interface LeafGroup {
  readonly path: string;
  readonly leaves: readonly string[];
  readonly values: readonly (StateValue | null)[];
}

export function group(
  path: string,
  leaves: Readonly<Record<string, StateValue | null>>,
): LeafGroup {
  return { path, leaves: Object.keys(leaves), values: Object.values(leaves) };
}
