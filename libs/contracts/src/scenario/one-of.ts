import type { z } from 'zod';

/**
 * Refinement for objects of which exactly one of some fields is given. Plain optional fields with
 * this check say where a mistake is; a union would only say that no alternative matched.
 */
export const exactlyOne =
  (names: readonly string[]) =>
  (value: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void => {
    const given = names.filter((name) => value[name] !== undefined);
    if (given.length === 1) return;
    const message =
      given.length === 0
        ? `needs exactly one of ${names.join(', ')}`
        : `has ${given.join(' and ')}; exactly one of them is allowed`;
    context.addIssue({ code: 'custom', path: given.length === 0 ? [] : [given[1] ?? ''], message });
  };
