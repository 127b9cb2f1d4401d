import fc from 'fast-check';

/** Names that mean something to JavaScript. */
export const HOSTILE_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'length',
  '',
  ' ',
  '0',
  '-1',
  '$ref',
  '<<',
  'a.b',
  'a[0]',
  '\u0000',
  '\u202e',
  'x'.repeat(300),
] as const;

const TEXTS = [
  ...HOSTILE_KEYS,
  'null',
  'true',
  'NaN',
  'Infinity',
  '-0',
  '1e999',
  '0x10',
  '99999999999999999999999',
  '18446744073709551615',
  '18446744073709551616',
  '-9223372036854775809',
  '../../../../etc/passwd',
  '/dev/zero',
  '%s%n%00',
  '${jndi:x}',
  "'; DROP TABLE x; --",
  '\ud800',
  '\ufeff',
  '\r\nSet-Cookie: a=b',
  'a'.repeat(5_000),
  '\\'.repeat(400),
  '['.repeat(400),
  '/a'.repeat(400),
  '10.0.0.0/33',
  '300.1.1.1/24',
  '10.0.2.1/24',
  'leaf1:eth1',
  'leaf9:eth1',
  ':',
  '127.0.0.1:0',
  '[::1]:99999',
  '100G',
  '1e400G',
  '0G',
  '-1G',
  '🙂',
  'é',
] as const;

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
);

export const hostileNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(
    ...[0, -0, 1, -1, 0.5, 1e-320, 1e21, 1.5e308, 255, 256, 65_535, 65_536, 4_294_967_295],
    ...[
      4_294_967_296,
      2 ** 53 - 1,
      2 ** 53,
      2 ** 63,
      2 ** 64,
      -(2 ** 63),
      86_400_000_001,
      1_000_001,
    ],
  ),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Without lone surrogates, for what is sent as UTF-8. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '?');

const RAW_OPEN = '\u{e000}raw:';
const RAW_CLOSE = '\u{e001}';

/** A scalar that stands in the printed document as it is, without quotes. */
const raw = (text: string): string => `${RAW_OPEN}${text}${RAW_CLOSE}`;

/** Tokens that YAML or JSON readers take for something, or do not take at all. */
const TOKENS = [
  ...['.nan', '.inf', '-.inf', 'NaN', 'Infinity', '1e999', '-1e999', '0o17', '0x1F', '1_000'],
  ...['~', 'yes', '2001-12-14', '!!binary "aGk="', '!!set {a}', '!!js/function "x"', '!custom 1'],
  ...['&a [*a]', '*missing', '<<', '? x', '|', '>-', '"\\u0000"', '"\\ud800"', '{', ']', ','],
  ...['01', '+1', '.5', '5.', '1e5', '--', "'", '"', '\t', '# x', '%YAML 9.9', '---', '...'],
];

const token = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TOKENS) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(70, 1_000, 20_000), fc.constantFrom('[]', '{"a":}'))
      .map(([depth, pair]) => {
        const close = pair.slice(-1);
        return pair.slice(0, -1).repeat(depth) + '1' + close.repeat(depth);
      }),
  },
);

/** Any value that a field of a document may be changed to. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  { weight: 4, arbitrary: hostileNumber },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false, [], {}, [[]], [null], { a: {} }) },
  { weight: 2, arbitrary: token.map(raw) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(1, 2, 500).map((n) => Array<number>(n).fill(n)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...HOSTILE_KEYS),
        fc.constantFrom<unknown>(1, 'x', {}, { polluted: 1 }),
      )
      .map(([key, value]) => withOwn({}, key, value)),
  },
);

/** Sets an own property, `__proto__` included. */
export function withOwn(target: object, key: string, value: unknown): object {
  return Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** Puts raw scalars in place of their quoted stand-ins. */
export const unquoteRaw = (text: string): string =>
  text.replace(/"\u{e000}raw:((?:[^"\\\u{e001}]|\\.)*)\u{e001}"/gsu, (_, quoted: string) =>
    String(JSON.parse(`"${quoted}"`)),
  );
