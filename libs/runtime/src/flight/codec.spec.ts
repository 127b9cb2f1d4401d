import fc from 'fast-check';
import type { TelemetryFrame } from '@weir/core/model';
import { ByteReader, FlightDamage } from './byte-reader';
import { ByteWriter } from './byte-writer';
import { FrameDecoder, FrameEncoder } from './frame-delta';
import { decodeValue, encodeValue } from './value-codec';

const AROUND = { layout: null, part: null };

function throughBytes(value: unknown): unknown {
  const writer = new ByteWriter();
  encodeValue(writer, value, null);
  const reader = new ByteReader(writer.take());
  const back = decodeValue(reader, AROUND);
  expect(reader.left).toBe(0);
  return back;
}

const floats = fc.oneof(
  fc.double(),
  fc.constantFrom(NaN, -0, 0, Infinity, -Infinity, 2 ** 53, 5e-324),
);
const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, undefined, true, false),
    floats,
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    fc.array(fc.tuple(fc.string(), tie('value')), { maxLength: 4 }).map((items) => new Map(items)),
    fc.float64Array({ maxLength: 5 }),
    fc.uint8Array({ maxLength: 5 }),
  ),
})).value;

describe('values of a recording', () => {
  it('property: come back as they were, to the sign of a zero', () => {
    fc.assert(fc.property(plain, (value) => expect(throughBytes(value)).toStrictEqual(value)));
  });

  it('keeps the order of keys, and fields that are called like prototypes', () => {
    const value = JSON.parse('{"z":1,"__proto__":{"polluted":true},"a":2}') as object;
    const back = throughBytes(value) as object;
    expect(Object.keys(back)).toEqual(['z', '__proto__', 'a']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('refuses what cannot be kept', () => {
    const writer = new ByteWriter();
    expect(() => {
      encodeValue(writer, { at: 1n }, null);
    }).toThrow('bigint');
  });

  it('property: any bytes are a value or damage, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeValue(new ByteReader(bytes), AROUND);
        } catch (error) {
          expect(error).toBeInstanceOf(FlightDamage);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

const ROWS = 7;
const layout = {
  revision: 'r1',
  devices: Array.from({ length: ROWS }),
  channels: Array.from({ length: ROWS }),
  queues: Array.from({ length: ROWS }),
  prefixes: Array.from({ length: ROWS }),
} as unknown as TelemetryFrame['layout'];
/** Values that repeat, so that each form of a column is met. */
const column = fc.oneof(
  fc.array(floats, { minLength: ROWS, maxLength: ROWS }),
  floats.map((value) => Array.from({ length: ROWS }, () => value)),
  fc.array(fc.constantFrom(0, NaN, 1.5), { minLength: ROWS, maxLength: ROWS }),
);
const frames = fc.array(
  fc.tuple(column, column, fc.uint8Array({ minLength: ROWS, maxLength: ROWS })),
  {
    minLength: 1,
    maxLength: 6,
  },
);

const pauseRxPps = Float64Array.of(1, NaN, 0, 0, 2.5, 0, 7);
const frameOf = ([a, b, c]: readonly [number[], number[], Uint8Array], sequence: number) =>
  ({
    sequence,
    atMs: sequence * 0.1,
    layout,
    channels: { txBps: Float64Array.from(a), pauseRxPps, pauseTxPps: pauseRxPps, operStatus: c },
    queues: { depthBytes: Float64Array.from(b) },
    workloads: [{ workload: 'chat', ageMs: 0.1 + 0.2 }],
  }) as unknown as TelemetryFrame;

describe('frames of a recording', () => {
  it('property: come back to the bit, whatever changed between them', () => {
    fc.assert(
      fc.property(frames, (given) => {
        const encoder = new FrameEncoder();
        const decoder = new FrameDecoder(layout);
        given.forEach((columns, i) => {
          const frame = frameOf(columns, i);
          const writer = new ByteWriter();
          encoder.encode(writer, frame);
          const back = decoder.decode(new ByteReader(writer.take()));
          expect(back).toStrictEqual(frame);
          const bits = (array: Float64Array) => [...new Uint8Array(array.buffer)];
          expect(bits(back.channels.txBps)).toEqual(bits(frame.channels.txBps));
        });
      }),
    );
  });

  it('from before pauses were counted: they are unknown, where the program has them', () => {
    const channels = {
      txBps: new Float64Array(ROWS),
      inErrorRatio: new Float64Array(ROWS),
      operStatus: new Uint8Array(ROWS),
    };
    const writer = new ByteWriter();
    const older = { sequence: 1, atMs: 1, layout, channels } as unknown as TelemetryFrame;
    new FrameEncoder().encode(writer, older);
    const back = new FrameDecoder(layout).decode(new ByteReader(writer.take())).channels;
    const names = ['txBps', 'inErrorRatio', 'pauseRxPps', 'pauseTxPps', 'operStatus'];
    expect(Object.keys(back)).toEqual(names);
    expect([...back.pauseTxPps]).toEqual(Array(ROWS).fill(NaN));
  });

  it('takes little room where little changed', () => {
    const encoder = new FrameEncoder();
    const writer = new ByteWriter();
    const big = (value: number) => {
      const txBps = new Float64Array(10_000).map((_, i) => i * 1.1);
      txBps[77] = value;
      return { sequence: 1, atMs: 1, layout, channels: { txBps }, workloads: [] };
    };
    encoder.encode(writer, big(1) as unknown as TelemetryFrame);
    expect(writer.take().length).toBeGreaterThan(80_000);
    encoder.encode(writer, big(2) as unknown as TelemetryFrame);
    expect(writer.take().length).toBeLessThan(100);
  });
});
