import type { Page } from '@weir/contracts';
import { problem } from '@weir/nest';

export const DEFAULT_PAGE_SIZE = 100;

/**
 * One page of a list that is in its final order. `after` is the id of the last item of the page
 * before.
 */
export function pageAfter<Item>(
  items: readonly Item[],
  idOf: (item: Item) => string,
  query: { readonly limit?: number | undefined; readonly after?: string | undefined },
): Page<Item> {
  let start = 0;
  if (query.after !== undefined) {
    start = items.findIndex((item) => idOf(item) === query.after) + 1;
    if (start === 0)
      throw problem(
        'request-invalid',
        'query.after',
        `${query.after} is not in the list (any more)`,
      );
  }
  const limit = query.limit ?? DEFAULT_PAGE_SIZE;
  const page = items.slice(start, start + limit);
  const last = page.at(-1);
  const more = start + limit < items.length && last !== undefined;
  return { items: page, next: more ? idOf(last) : null };
}
