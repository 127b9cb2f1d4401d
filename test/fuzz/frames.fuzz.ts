import fc from 'fast-check';
import { deviceId, type FrameLayout, type TelemetryFrame } from '@weir/core/model';
import { decodeFrame, encodeFrame, FrameInbox } from '@weir/runtime';
import { judged } from './files.fuzz';
import { nothingToClose, Violation, type Door } from './driver';
import { jsonTextOf, mutatedBytes, mutatedDocument } from './inputs';

const layout: FrameLayout = {
  revision: 'r1',
  devices: [deviceId('a'), deviceId('b')],
  channels: [0, 0, 1].map((device, i) => ({ device, interface: `e${i}`, capacityBps: 1e9 })),
  queues: [
    { channel: 0, name: 'q' },
    { channel: 2, name: 'q' },
  ],
  prefixes: [{ device: 0, prefix: '10.0.0.0/24' }],
  channelIndex: new Map(),
  queueIndex: new Map(),
  prefixIndex: new Map(),
};

const column = (length: number) =>
  fc
    .oneof(
      fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), {
        minLength: length,
        maxLength: length,
      }),
      fc.constantFrom(0, 5, NaN).map((value) => Array<number>(length).fill(value)),
    )
    .map((values) => Float64Array.from(values));

const frame: fc.Arbitrary<TelemetryFrame> = fc
  .record({
    tx: column(3),
    depth: column(2),
    age: column(3),
    up: fc.uint8Array({ minLength: 3, maxLength: 3, max: 2 }),
  })
  .map(({ tx, depth, age, up }) => ({
    sequence: 7,
    atMs: 12.5,
    layout,
    channels: {
      txBps: tx,
      rxBps: tx,
      lossRatio: tx.map(() => 0),
      inErrorRatio: tx.map(() => NaN),
      pauseRxPps: tx,
      pauseTxPps: tx.map(() => NaN),
      operStatus: up,
      ageMs: age,
    },
    queues: {
      txBps: depth,
      depthBytes: depth,
      peakDepthBytes: depth,
      lossRatio: depth.map(() => NaN),
      markRatio: depth.map(() => 0.5),
      ageMs: depth,
    },
    prefixes: { txBps: new Float64Array(1), ageMs: new Float64Array(1) },
    devices: { synced: new Uint8Array(2), ageMs: new Float64Array(2) },
    workloads: [
      {
        workload: 'w',
        class: 'training' as const,
        metric: 'iteration-time' as const,
        boundsMs: [1, 2],
        counts: [1, 0, 3],
        errors: 0,
        ageMs: 4,
      },
    ],
  }));

const encoded = frame.map(encodeFrame);
/** Frames whose header was changed as a document, with its length told truly. */
const withHead = encoded.chain((bytes) => {
  const buffer = Buffer.from(bytes);
  const length = buffer.readUInt32LE(4);
  const head: unknown = JSON.parse(buffer.toString('utf8', 8, 8 + length));
  return mutatedDocument(fc.constant(head)).map((changed) => {
    const text = Buffer.from(jsonTextOf(changed));
    const start = Buffer.from(buffer.subarray(0, 8));
    start.writeUInt32LE(text.length, 4);
    return Buffer.concat([start, text, buffer.subarray(8 + length)]);
  });
});

function checkSample(sample: TelemetryFrame['workloads'][number]): void {
  const { boundsMs, counts, errors, ageMs } = sample;
  const whole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  if (!counts.every(whole) || !whole(errors))
    throw new Violation(`counts ${String(counts)}, errors ${errors}`);
  if (
    !boundsMs.every(
      (bound, i) => Number.isFinite(bound) && (i === 0 || bound > (boundsMs[i - 1] as number)),
    )
  )
    throw new Violation(`bounds ${String(boundsMs)}`);
  if (!(ageMs >= 0)) throw new Violation(`age ${ageMs}`);
}

/** What was taken must be a frame that could have been measured: no negative rates or ages. */
function check(taken: TelemetryFrame): void {
  const { channels, queues, prefixes, devices } = taken;
  for (const table of [channels, queues, prefixes, devices])
    for (const [name, values] of Object.entries<Float64Array | Uint8Array>(table)) {
      if (values.some((value) => value < 0)) throw new Violation(`${name} is negative`);
      if (name !== 'ageMs' && values.some((value) => value === Infinity))
        throw new Violation(`${name} is infinite`);
    }
  if (!Number.isSafeInteger(taken.sequence) || !Number.isFinite(taken.atMs))
    throw new Violation('head');
  for (const sample of taken.workloads) checkSample(sample);
}

function feed(bytes: Uint8Array): string {
  const result = decodeFrame(bytes, layout);
  if (result.ok) {
    check(result.value);
    const inbox = new FrameInbox({ monotonicMs: () => 5, wallMs: () => 5 });
    inbox.accept(result.value);
    inbox.take();
  }
  return judged(result, ['request-invalid', 'telemetry-stale']);
}

/** Telemetry frames that ingest broadcasts to the engine. */
export const framesDoor: Door<Uint8Array> = {
  name: 'frames',
  about: 'telemetry frames between ingest and engine',
  input: fc.oneof(mutatedBytes(encoded), withHead),
  open: () =>
    Promise.resolve({
      feed,
      good: () => {
        const [bytes] = fc.sample(encoded, { seed: 1, numRuns: 1 });
        const outcome = feed(bytes as Uint8Array);
        if (outcome !== 'taken') throw new Violation(`a good frame was refused: ${outcome}`);
      },
      close: nothingToClose,
    }),
};
