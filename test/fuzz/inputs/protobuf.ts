import fc from 'fast-check';
import { mutatedBytes } from './bytes';

interface Field {
  readonly tag: number;
  /** Tag and length are written anew when the message is put together. */
  readonly content: Buffer;
  /** Wire type 2: the content has a length before it. */
  readonly delimited: boolean;
}

type Action = (typeof ACTIONS)[number];
const ACTIONS = [
  'edit',
  'delete',
  'duplicate',
  'double',
  'move',
  'nest',
  'retype',
  'zero',
] as const;

interface Step {
  readonly action: Action;
  /** Which field at each depth; the last one is changed. */
  readonly route: readonly number[];
  readonly content: Uint8Array;
}

/** Depth of nesting that one step adds: a little, or enough to exhaust a recursive decoder. */
const NESTINGS = [3, 70, 1_200, 20_000];

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value >>> 0;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}

function readVarint(bytes: Buffer, at: number): { value: number; next: number } | null {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return null;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, next: at + i + 1 };
  }
  return null;
}

/** Fields of a message, or null when the bytes are none. */
function fieldsOf(bytes: Buffer): Field[] | null {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = readVarint(bytes, at);
    if (tag === null || tag.value < 8 || tag.value > 0xffffffff) return null;
    const type = tag.value & 7;
    let from = tag.next;
    let end: number;
    if (type === 0) end = readVarint(bytes, from)?.next ?? -1;
    else if (type === 1) end = from + 8;
    else if (type === 5) end = from + 4;
    else if (type === 2) {
      const length = readVarint(bytes, from);
      if (length === null) return null;
      from = length.next;
      end = from + length.value;
    } else return null;
    if (end < 0 || end > bytes.length) return null;
    fields.push({ tag: tag.value, content: bytes.subarray(from, end), delimited: type === 2 });
    at = end;
  }
  return fields;
}

function written({ tag, content, delimited }: Field): Buffer {
  return Buffer.concat([
    varint(tag),
    delimited ? varint(content.length) : Buffer.alloc(0),
    content,
  ]);
}

/** The message within itself: what a decoder that recurses must survive. */
function nested(field: Field, levels: number): Field {
  const heads: Buffer[] = [];
  let length = field.content.length;
  for (let level = 0; level < levels; level++) {
    const head = Buffer.concat([varint(field.tag), varint(length)]);
    heads.push(head);
    length += head.length;
  }
  return { ...field, delimited: true, content: Buffer.concat([...heads.reverse(), field.content]) };
}

function changed(fields: readonly Field[], at: number, step: Step): Field[] {
  const field = fields[at] as Field;
  const [before, after] = [fields.slice(0, at), fields.slice(at + 1)];
  const pick = step.content[0] ?? 0;
  switch (step.action) {
    case 'edit':
      return [...before, { ...field, content: Buffer.from(step.content) }, ...after];
    case 'zero':
      return [...before, { ...field, content: Buffer.alloc(field.content.length) }, ...after];
    case 'delete':
      return [...before, ...after];
    case 'duplicate':
      return [...before, field, field, ...after];
    case 'double': {
      const times = Math.min(2 ** (pick % 11), Math.ceil(60_000 / (field.content.length + 2)));
      return [...before, ...Array<Field>(times).fill(field), ...after];
    }
    case 'move':
      return [...after, field, ...before];
    case 'nest':
      return [...before, nested(field, NESTINGS[pick % NESTINGS.length] as number), ...after];
    case 'retype':
      return [...before, { ...field, tag: (pick % 20) * 8 + (field.tag & 7) + 8 }, ...after];
  }
}

function apply(bytes: Buffer, step: Step, depth = 0): Buffer {
  const fields = fieldsOf(bytes);
  const pick = step.route[depth];
  if (fields === null || fields.length === 0 || pick === undefined) return bytes;
  const at = pick % fields.length;
  const field = fields[at] as Field;
  const deeper = depth + 1 < step.route.length && field.delimited && field.content.length > 1;
  const inside = deeper ? apply(field.content, step, depth + 1) : field.content;
  const result =
    inside === field.content
      ? changed(fields, at, step)
      : fields.with(at, { ...field, content: inside });
  return Buffer.concat(result.map(written));
}

const step: fc.Arbitrary<Step> = fc.record({
  action: fc.constantFrom(...ACTIONS),
  route: fc.array(fc.nat(40), { minLength: 1, maxLength: 7 }),
  content: fc.uint8Array({ maxLength: 24 }),
});

/**
 * Messages that are changed inside at any depth, with lengths that agree again, so that the change
 * gets past the decoder; and the same with bytes spoilt anywhere.
 */
export function mutatedMessage(good: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Buffer> {
  const inside = fc
    .tuple(good, fc.array(step, { minLength: 1, maxLength: 3 }))
    .map(([bytes, steps]) =>
      steps.reduce<Buffer>((message, one) => apply(message, one), Buffer.from(bytes)),
    );
  return fc.oneof(
    { weight: 1, arbitrary: good.map((bytes) => Buffer.from(bytes)) },
    { weight: 4, arbitrary: inside },
    { weight: 2, arbitrary: mutatedBytes(good) },
    { weight: 1, arbitrary: mutatedBytes(inside) },
  );
}
