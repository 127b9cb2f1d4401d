import { ok, refuse, type Refusal, type Result } from '../../base';
import { CHANGE_STATES, MODES } from '../../model';
import { emptyDurableState, type DurableState } from '../durable';

type Check = (value: unknown, where: string) => Refusal | null;
type Shape = Readonly<Record<string, Check>>;

const bad = (where: string, reason: string): Refusal => refusal('journal-corrupt', where, reason);
const refusal = (...given: Parameters<typeof refuse>): Refusal => refuse(...given).error;

const count: Check = (value, where) =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? null
    : bad(where, 'expected a whole number that is not negative');
const finite: Check = (value, where) =>
  Number.isFinite(value) ? null : bad(where, 'expected a number');
const text: Check = (value, where) =>
  typeof value === 'string' ? null : bad(where, 'expected text');
const oneOf =
  (values: readonly unknown[]): Check =>
  (value, where) =>
    values.includes(value) ? null : bad(where, `expected one of ${values.join(', ')}`);
const orNull =
  (check: Check): Check =>
  (value, where) =>
    value === null ? null : check(value, where);
const listOf =
  (check: Check): Check =>
  (value, where) => {
    if (!Array.isArray(value)) return bad(where, 'expected a list');
    return firstOf(value.map((item, index) => check(item, `${where}[${index}]`)));
  };
const shape =
  (fields: Shape): Check =>
  (value, where) => {
    if (!isPlainObject(value)) return bad(where, 'expected an object');
    const has = value as Readonly<Record<string, unknown>>;
    return firstOf(
      Object.entries(fields).map(([name, check]) => check(has[name], `${where}.${name}`)),
    );
  };
const objectOf =
  (check: Check): Check =>
  (value, where) => {
    if (!isPlainObject(value)) return bad(where, 'expected an object');
    return firstOf(Object.entries(value).map(([name, item]) => check(item, `${where}.${name}`)));
  };
const mapOf =
  (check: Check): Check =>
  (value, where) => {
    if (!(value instanceof Map)) return bad(where, 'expected a map');
    for (const [key, item] of value as Map<unknown, unknown>) {
      if (typeof key !== 'string') return bad(where, 'expected keys that are text');
      const found = check(item, `${where}[${key}]`);
      if (found !== null) return found;
      const id = isPlainObject(item) ? (item as { id?: unknown }).id : undefined;
      if (typeof id === 'string' && id !== key)
        return bad(`${where}[${key}].id`, `is ${id}, filed under another name`);
    }
    return null;
  };

const isPlainObject = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Map) &&
  !(value instanceof Set);

const firstOf = (found: readonly (Refusal | null)[]): Refusal | null =>
  found.find((one) => one !== null) ?? null;

const diff = shape({ device: text, leaves: listOf(shape({ path: text })) });
const device = shape({
  progress: text,
  preImage: orNull(listOf(shape({ path: text }))),
  commitId: text,
  lastVerb: orNull(text),
  attempts: count,
});
const change = shape({
  id: text,
  state: oneOf(CHANGE_STATES),
  action: shape({ type: text }),
  plan: shape({
    hash: text,
    stages: listOf(listOf(text)),
    diffs: listOf(diff),
    inverse: listOf(diff),
  }),
  createdMs: finite,
  updatedMs: finite,
  deadlineMs: orNull(finite),
  leaseUntilMs: orNull(finite),
  times: objectOf(finite),
  devices: objectOf(device),
});

/** What the fold and the loop rely on. Fields without a line keep to the kind of the empty state. */
const FIELDS: Partial<Record<keyof DurableState, Check>> = {
  intents: mapOf(shape({ kind: text, metadata: shape({ name: text }) })),
  incidents: mapOf(shape({ id: text, state: text, changes: listOf(text) })),
  changes: mapOf(change),
  frozen: orNull(shape({ by: text, reason: text })),
  ruleModes: mapOf(oneOf(MODES)),
  groupModes: mapOf(oneOf(MODES)),
  fenced: mapOf(text),
  actedMs: mapOf(finite),
  decisions: mapOf(shape({ incident: text, rules: listOf(shape({ rule: text, answer: text })) })),
  learning: mapOf(
    shape({
      ...{ cause: text, action: text, context: text },
      ...{ helped: finite, failed: finite, atMs: finite, verdicts: count },
    }),
  ),
  startsMs: listOf(finite),
  lastAtMs: finite,
};

export function checkState(state: DurableState): Result<DurableState> {
  for (const [name, empty] of Object.entries(emptyDurableState)) {
    const value: unknown = state[name as keyof DurableState];
    const check = FIELDS[name as keyof DurableState] ?? likeEmpty(empty);
    const found = check(value, `state.${name}`);
    if (found !== null) return { ok: false, error: found };
  }
  return ok(state);
}

function likeEmpty(empty: unknown): Check {
  if (typeof empty === 'number') return count;
  if (empty instanceof Map) return mapOf(() => null);
  if (Array.isArray(empty)) return listOf(() => null);
  if (empty instanceof Set)
    return (value, where) => (value instanceof Set ? null : bad(where, 'expected a set'));
  return () => null;
}
