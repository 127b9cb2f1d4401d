import fc from 'fast-check';
import { hostileText } from './hostile';
import { mutatedDocument, yamlTextOf } from './document';

interface Edit {
  readonly kind: (typeof KINDS)[number];
  readonly at: number;
  readonly to: number;
  readonly text: string;
}
const KINDS = [
  'insert',
  'delete',
  'repeat',
  'line-twice',
  'line-away',
  'indent',
  'bomb',
  'cut',
] as const;

/** Aliases that would expand to 10^9 nodes, and an anchor that holds itself. */
const BOMBS = [
  `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
    .split('')
    .map(
      (name, i) =>
        `${name}: &${name} [${Array<string>(10).fill(`*${'abcdefghi'[i]}`).join(',')}]\n`,
    )
    .join('')}`,
  'self: &self { inner: *self }\n',
  '&root\n',
  `${'- '.repeat(3_000)}x\n`,
  `? ${'['.repeat(3_000)}\n`,
];

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(...KINDS),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  to: fc.double({ min: 0, max: 1, noNaN: true }),
  text: hostileText,
});

function apply(text: string, { kind, at, to, text: own }: Edit): string {
  const [from, end] = [
    Math.floor(Math.min(at, to) * text.length),
    Math.ceil(Math.max(at, to) * text.length),
  ];
  const lines = text.split('\n');
  const line = Math.min(lines.length - 1, Math.floor(at * lines.length));
  switch (kind) {
    case 'insert':
      return text.slice(0, from) + own + text.slice(from);
    case 'delete':
      return text.slice(0, from) + text.slice(Math.min(end, from + 40));
    case 'repeat':
      return text.slice(0, end) + text.slice(from);
    case 'line-twice':
      return lines.toSpliced(line, 0, lines[line] ?? '').join('\n');
    case 'line-away':
      return lines.toSpliced(line, 1).join('\n');
    case 'indent':
      return lines.with(line, ` ${lines[line] ?? ''}`).join('\n');
    case 'bomb':
      return (BOMBS[Math.floor(to * (BOMBS.length - 1))] ?? '') + text;
    case 'cut':
      return text.slice(0, end);
  }
}

/** Text with zero to three edits. */
export const mutatedText = (good: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(good, fc.array(edit, { maxLength: 3 }))
    .map(([text, edits]) => edits.reduce(apply, text));

/** A YAML file made from good documents: fields changed, printed, and sometimes spoilt as text. */
export function mutatedYaml(good: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const printed = fc
    .tuple(mutatedDocument(good), fc.boolean())
    .map(([document, flow]) => yamlTextOf(document, flow));
  return fc.oneof(
    { weight: 3, arbitrary: printed },
    { weight: 1, arbitrary: mutatedText(printed) },
  );
}
