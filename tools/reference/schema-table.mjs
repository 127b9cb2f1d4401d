import { z } from 'zod';
import { table } from './page.mjs';

/** Rows of a zod schema: one per field, in the order in which it is written. */
export function schemaTable(schema) {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return table(['Field', 'Type', 'Default', 'Meaning'], [...rows(json, '', new Set())]);
}

function* rows(node, path, required) {
  if (path !== '') yield row(node, path, required);
  for (const [name, child] of Object.entries(node.properties ?? {}))
    yield* rows(child, path ? `${path}.${name}` : name, new Set(node.required ?? []));
  if (node.items) yield* below(node.items, `${path}[]`);
  const values = node.additionalProperties;
  if (values && typeof values === 'object') yield* below(values, `${path}.<name>`);
  for (const branch of node.oneOf ?? node.anyOf ?? [])
    if (branch.properties) yield* below(branch, `${path}(${tagOf(branch)})`);
}

/** Of a list or a map only what has fields is listed again. */
function* below(node, path) {
  if (!node.properties && !node.oneOf && !node.anyOf) return;
  for (const [name, child] of Object.entries(node.properties ?? {}))
    yield* rows(child, `${path}.${name}`, new Set(node.required ?? []));
  if (!node.properties) yield* [...rows(node, path, new Set())].slice(1);
}

/** Alternatives are told apart by the field that has one fixed value. */
function tagOf(branch) {
  const fixed = Object.entries(branch.properties).find(([, child]) => 'const' in child);
  return fixed ? `${fixed[0]}: ${fixed[1].const}` : 'alternative';
}

function row(node, path, required) {
  const name = path.split('.').at(-1);
  const fallback = 'default' in node && !emptyObject(node.default) ? code(node.default) : '';
  const wanted = required.has(name) ? 'required' : fallback;
  return [`\`${path}\``, typeOf(node), wanted, node.description ?? ''];
}

const emptyObject = (value) =>
  typeof value === 'object' && !Array.isArray(value) && Object.keys(value ?? {}).length === 0;

const code = (value) => `\`${JSON.stringify(value)}\``;

function typeOf(node) {
  if ('const' in node) return code(node.const);
  if (node.enum) return node.enum.map((value) => `\`${value}\``).join(', ');
  if (node.type === 'array') return `list of ${node.items ? plural(typeOf(node.items)) : 'values'}`;
  if (node.oneOf ?? node.anyOf) return 'one of several';
  if (node.type === 'object') return node.properties ? 'object' : 'map';
  return [[node.type ?? 'any'].flat().join(' or '), rangeOf(node)].filter(Boolean).join(' ');
}

const plural = (word) => (/^(object|string|number|integer|map)$/.test(word) ? `${word}s` : word);

function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
  const low = minimum ?? exclusiveMinimum;
  // Integers without a limit of their own carry the safe integer range.
  const high = [maximum, exclusiveMaximum].find((n) => n !== undefined && n < 2 ** 53 - 1);
  if (low === undefined || low <= -(2 ** 53 - 1)) return high === undefined ? '' : `up to ${high}`;
  const above = exclusiveMinimum === undefined ? `from ${low}` : `above ${low}`;
  if (high === undefined) return above;
  return `${above} ${exclusiveMaximum === undefined ? 'to' : 'to below'} ${high}`;
}
