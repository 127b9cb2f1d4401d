import fc from 'fast-check';
import { stringify } from 'yaml';
import { hostileValue, HOSTILE_KEYS, unquoteRaw, withOwn } from './hostile';

type Path = readonly (string | number)[];

interface Change {
  readonly action: (typeof ACTIONS)[number];
  /** Which of all places in the document. */
  readonly place: number;
  readonly key: string;
  readonly value: unknown;
}

const ACTIONS = ['set', 'delete', 'add', 'rename', 'repeat', 'wrap', 'unwrap'] as const;

/** Every place in a document, the root first. */
function placesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, item]) =>
    placesOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...below];
}

function replaceAt(value: unknown, path: Path, change: (old: unknown) => unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return change(value);
  if (Array.isArray(value))
    return value.map((item: unknown, i) => (i === head ? replaceAt(item, rest, change) : item));
  const copy = {};
  for (const [key, item] of Object.entries(value as object))
    withOwn(copy, key, key === head ? replaceAt(item, rest, change) : item);
  return copy;
}

function withoutKey(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return value.filter((_, i) => i !== key);
  const copy = {};
  for (const [name, item] of Object.entries(value as object))
    if (name !== key) withOwn(copy, name, item);
  return copy;
}

function renamed(value: unknown, from: string | number, to: string): unknown {
  if (Array.isArray(value)) return value.toReversed();
  const copy = {};
  for (const [name, item] of Object.entries(value as object))
    withOwn(copy, name === from ? to : name, item);
  return copy;
}

function apply(document: unknown, { action, place, key, value }: Change): unknown {
  const places = placesOf(document);
  const path = places[place % places.length] as Path;
  const last = path.at(-1);
  switch (action) {
    case 'set':
      return replaceAt(document, path, () => value);
    case 'add':
      return replaceAt(document, path, (old) => {
        if (Array.isArray(old)) return [...(old as unknown[]), value];
        return typeof old === 'object' && old !== null ? withOwn({ ...old }, key, value) : value;
      });
    case 'repeat':
      return replaceAt(document, path, (old) =>
        Array.isArray(old) ? Array.from({ length: 40 }, () => old as unknown[]).flat() : [old, old],
      );
    case 'wrap':
      return replaceAt(document, path, (old) => ({ [key]: old }));
    case 'unwrap':
      return replaceAt(document, path, (old) =>
        typeof old === 'object' && old !== null ? (Object.values(old)[0] as unknown) : old,
      );
    case 'delete':
    case 'rename':
      if (last === undefined) return action === 'delete' ? null : document;
      return replaceAt(document, path.slice(0, -1), (old) =>
        action === 'delete' ? withoutKey(old, last) : renamed(old, last, key),
      );
  }
}

const change: fc.Arbitrary<Change> = fc.record({
  action: fc.oneof(
    { weight: 5, arbitrary: fc.constant('set' as const) },
    { weight: 4, arbitrary: fc.constantFrom(...ACTIONS) },
  ),
  place: fc.nat(2_000),
  key: fc.constantFrom(...HOSTILE_KEYS, 'name', 'kind', 'spec', 'x'),
  value: hostileValue,
});

/** Good documents with zero to three places changed. */
export const mutatedDocument = (good: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .tuple(good, fc.array(change, { maxLength: 3 }))
    .map(([document, changes]) => changes.reduce(apply, document));

/** As JSON text, with raw tokens put in. */
export const jsonTextOf = (document: unknown): string =>
  unquoteRaw(JSON.stringify(document) ?? 'null');

/** As YAML text: as a person writes it, or JSON, which is YAML as well. */
export function yamlTextOf(document: unknown, flow: boolean): string {
  return flow
    ? jsonTextOf(document)
    : unquoteRaw(
        stringify(document, {
          defaultStringType: 'QUOTE_DOUBLE',
          lineWidth: 0,
          aliasDuplicateObjects: false,
        }),
      );
}
