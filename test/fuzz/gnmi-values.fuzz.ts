import fc from 'fast-check';
import {
  canonicalPath,
  checkConfig,
  decodeLeaf,
  flattenJson,
  formatPath,
  GnmiError,
  leafType,
  parseJson,
  parsePath,
  PathPattern,
  schemaPathOf,
  type LeafValue,
} from '@weir/gnmi';
import { gnmi } from '@weir/proto-gen';
import { nothingToClose, Violation, type Door } from './driver';
import {
  hostileText,
  jsonTextOf,
  mutatedBytes,
  mutatedDocument,
  mutatedMessage,
  mutatedText,
} from './inputs';

type Input =
  | { readonly what: 'path'; readonly text: string; readonly against: string }
  | { readonly what: 'value'; readonly at: string; readonly bytes: Uint8Array }
  | { readonly what: 'tree'; readonly at: string; readonly json: Uint8Array };

const STATIC =
  '/network-instances/network-instance[name=DEFAULT]/protocols/protocol[identifier=STATIC][name=DEFAULT]/static-routes/static[prefix=10.0.0.0/24]';
const PATHS = [
  '/',
  '/interfaces/interface[name=eth1/1]/config/mtu',
  '/interfaces/interface[name=*]/state/counters/in-octets',
  '/.../counters',
  '/qos/queues/queue[name=a\\]b]/config/name',
  `${STATIC}/next-hops/next-hop[index=1]/config/next-hop`,
];
const PLACES = [
  '/',
  '/interfaces',
  '/interfaces/interface[name=e1]/config',
  '/qos',
  STATIC,
  '/x/y',
];

const TREES: readonly unknown[] = [
  {
    'openconfig-interfaces:interfaces': {
      interface: [{ name: 'e1', config: { name: 'e1', mtu: 1500, enabled: true } }],
    },
  },
  { interface: [{ name: 'e1', config: { name: 'e1', mtu: '9000' } }, { name: 'e2' }] },
  { name: 'e1', mtu: 1500, description: 'x', enabled: false },
  { queues: { queue: [{ name: 'rt', config: { name: 'rt', 'queue-id': 1 } }] } },
  {
    prefix: '10.0.0.0/24',
    'next-hops': { 'next-hop': [{ index: '1', config: { index: '1', 'next-hop': '192.0.2.1' } }] },
  },
  { y: [1, 2, { z: '18446744073709551615' }] },
];

const pathText = fc.oneof(
  mutatedText(fc.constantFrom(...PATHS)),
  fc.array(hostileText, { maxLength: 4 }).map((names) => `/${names.join('/')}`),
  fc.constantFrom(63, 65, 4_000).map((count) => '/a'.repeat(count)),
  fc.constantFrom(5, 2_000).map((count) => `/a${'[k=v]'.repeat(count)}`),
);
const typedValue = fc
  .oneof<fc.Arbitrary<NonNullable<gnmi.TypedValue['value']>>[]>(
    hostileText.map((value) => ({ $case: 'stringVal', value })),
    fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map((value) => ({ $case: 'intVal', value })),
    fc.double().map((value) => ({ $case: 'doubleVal', value })),
    fc.constant({ $case: 'decimalVal', value: { digits: 5n, precision: 2 } }),
    fc.constant({ $case: 'jsonIetfVal', value: Buffer.from('{"a":[1,"2"]}') }),
    fc.constant({
      $case: 'leaflistVal',
      value: { element: [{ value: { $case: 'stringVal', value: 'a' } }] },
    }),
  )
  .map((value) => gnmi.TypedValue.encode({ value }).finish());
const tree = fc.oneof(
  mutatedDocument(fc.constantFrom(...TREES)).map((value) => Buffer.from(jsonTextOf(value))),
  mutatedBytes(fc.constantFrom(...TREES).map((value) => Buffer.from(JSON.stringify(value)))),
  fc.constantFrom(1_000, 2_000_000).map((size) => Buffer.from(`"${'x'.repeat(size)}"`)),
  fc.constantFrom(63, 65, 100_000).map((n) => Buffer.from('{"a":'.repeat(n) + '1' + '}'.repeat(n))),
);

/** What may be thrown here is a GnmiError; anything else is a crash. */
function refusable(run: () => string): string {
  try {
    return run();
  } catch (error) {
    if (error instanceof GnmiError) return 'refused';
    throw error;
  }
}

function path(text: string, against: string): string {
  const canonical = canonicalPath(text);
  if (canonicalPath(canonical) !== canonical)
    throw new Violation(`not stable: ${canonical} is ${canonicalPath(canonical)}`);
  const pattern = PathPattern.parse(text);
  const other = parsePath(against);
  const base = pattern.baseOf(other);
  if ((base !== null) !== pattern.matchesElems(other))
    throw new Violation('baseOf and matchesElems do not agree');
  pattern.mayMatchBelow(other);
  pattern.matches(formatPath(other));
  return 'taken';
}

function value(at: string, bytes: Uint8Array): string {
  let message: gnmi.TypedValue;
  try {
    message = gnmi.TypedValue.decode(bytes);
  } catch {
    // Not a message at all: what the transport refuses before anybody looks at it.
    return 'no message';
  }
  decodeLeaf(message, leafType(schemaPathOf(parsePath(at))));
  decodeLeaf(message, undefined);
  return 'taken';
}

function leaves(at: string, json: Uint8Array, unknown: 'refuse' | 'keep'): string {
  const found = new Map<string, LeafValue>();
  flattenJson(parsePath(at), parseJson(json), unknown, (where, leaf) => found.set(where, leaf));
  for (const [where, leaf] of found)
    if (
      !['string', 'number', 'boolean'].includes(typeof leaf) ||
      (typeof leaf === 'number' && !Number.isFinite(leaf))
    )
      throw new Violation(`${where} became ${String(leaf)}`);
  const problem = checkConfig(found);
  if (problem !== null && !(problem instanceof GnmiError)) throw new Violation('no typed refusal');
  return problem === null ? 'taken' : 'refused';
}

function feed(input: Input): string {
  switch (input.what) {
    case 'path':
      return `path ${refusable(() => path(input.text, input.against))}`;
    case 'value':
      return `value ${refusable(() => value(input.at, input.bytes))}`;
    case 'tree':
      refusable(() => leaves(input.at, input.json, 'keep'));
      return `tree ${refusable(() => leaves(input.at, input.json, 'refuse'))}`;
  }
}

function good(): void {
  for (const text of PATHS) path(text, PATHS[1] as string);
  if (leaves('/', Buffer.from(JSON.stringify(TREES[0])), 'refuse') !== 'taken')
    throw new Violation('a good tree was refused');
}

/** Paths, typed values and JSON_IETF trees of gNMI peers. */
export const gnmiValuesDoor: Door<Input> = {
  name: 'gnmi-values',
  about: 'path texts, typed values, JSON_IETF trees',
  input: fc.oneof(
    fc.record({
      what: fc.constant('path' as const),
      text: pathText,
      against: fc.constantFrom(...PATHS),
    }),
    fc.record({
      what: fc.constant('value' as const),
      at: fc.constantFrom(...PATHS),
      bytes: mutatedMessage(typedValue),
    }),
    fc.record({ what: fc.constant('tree' as const), at: fc.constantFrom(...PLACES), json: tree }),
  ),
  open: () => Promise.resolve({ feed, good, close: nothingToClose }),
};
