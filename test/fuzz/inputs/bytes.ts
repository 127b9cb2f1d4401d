import fc from 'fast-check';

/** Places are ratios, so that an edit fits bytes of any length. */
interface Edit {
  readonly kind: (typeof KINDS)[number];
  readonly at: number;
  readonly to: number;
  readonly amount: number;
  readonly bytes: Uint8Array;
}

const KINDS = [
  'flip',
  'set',
  'truncate',
  'duplicate',
  'delete',
  'splice',
  'swap',
  'lie',
  'fill',
] as const;

/** What a length or a count is set to by a lie: zero, one too many, huge, endless. */
const LIES = [
  '00',
  '7f',
  '8001',
  'ffffffff07',
  'ffffffff0f',
  'ffffffffffffffffff01',
  'ff'.repeat(11),
];
const MAX_BYTES = 1 << 17;

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(...KINDS),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  to: fc.double({ min: 0, max: 1, noNaN: true }),
  amount: fc.nat(255),
  bytes: fc.uint8Array({ maxLength: 12 }),
});

function apply(bytes: Buffer, { kind, at, to, amount, bytes: own }: Edit): Buffer {
  const place = (ratio: number): number => Math.min(bytes.length, Math.floor(ratio * bytes.length));
  const [from, end] = at < to ? [place(at), place(to)] : [place(to), place(at)];
  const piece = bytes.subarray(from, end);
  const [head, tail] = [bytes.subarray(0, from), bytes.subarray(end)];
  switch (kind) {
    case 'flip':
    case 'set': {
      const copy = Buffer.from(bytes);
      if (from < copy.length)
        copy[from] = kind === 'set' ? amount : (copy[from] as number) ^ (1 << (amount & 7));
      return copy;
    }
    case 'truncate':
      return Buffer.from(head);
    case 'duplicate': {
      const times = Math.min(1 << (amount & 7), Math.floor(MAX_BYTES / (piece.length + 1)));
      return Buffer.concat([head, ...Array<Buffer>(times).fill(piece), piece, tail]);
    }
    case 'delete':
      return Buffer.concat([head, tail]);
    case 'splice':
      return Buffer.concat([head, own, bytes.subarray(from)]);
    case 'swap':
      return Buffer.concat([tail, piece, head]);
    case 'lie': {
      const lie = Buffer.from(LIES[amount % LIES.length] as string, 'hex');
      return Buffer.concat([head, lie, bytes.subarray(Math.min(from + 1, bytes.length))]);
    }
    case 'fill':
      return Buffer.concat([head, Buffer.alloc(piece.length, amount), tail]);
  }
}

/** `good` with zero to four edits; the more edits, the less is left of it. */
export const mutatedBytes = (good: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(good, fc.array(edit, { maxLength: 4 }))
    .map(([bytes, edits]) => edits.reduce(apply, Buffer.from(bytes)));
