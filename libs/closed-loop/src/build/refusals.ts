import { nearest } from '@weir/contracts';
import { refuse, type Result } from '@weir/core/base';

/** A mistake in the scenario at a field of its file. */
export const mistake = (where: string, reason: string): Result<never> =>
  refuse('scenario-invalid', where, reason);

/** A name that does not exist, with the one that may be meant. */
export function unknownName(
  where: string,
  what: string,
  name: string,
  known: Iterable<string>,
): Result<never> {
  const names = [...known];
  const near = nearest(name, names);
  const some = `${names.slice(0, 8).join(', ')}${names.length > 8 ? ', ...' : ''}`;
  const hint = near === undefined ? `known: ${some}` : `did you mean "${near}"?`;
  return mistake(where, `no ${what} is called "${name}"; ${hint}`);
}

/** Results of a list, or its first refusal. */
export function all<In, Out>(
  items: readonly In[],
  convert: (item: In, index: number) => Result<Out>,
): Result<Out[]> {
  const found: Out[] = [];
  for (const [i, item] of items.entries()) {
    const converted = convert(item, i);
    if (!converted.ok) return converted;
    found.push(converted.value);
  }
  return { ok: true, value: found };
}
