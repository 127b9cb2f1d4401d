import fc from 'fast-check';
import { OtlpReceiver } from '@weir/adapter-otlp';
import type { WorkloadSink } from '@weir/core/ports';
import { otlpCollector, otlpCommon, otlpMetrics } from '@weir/proto-gen';
import { Violation, type Door, type OpenDoor } from './driver';
import { hostileText, mutatedMessage } from './inputs';
import { ByteClient, statusWord } from './byte-client';

const EXPORT = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';
const METRICS = [
  'http.server.request.duration',
  'weir.collective.duration',
  'weir.training.iteration.duration',
  'x',
];
const uint64 = fc.oneof(
  fc.constantFrom(0n, 1n, 2n ** 53n, 2n ** 64n - 1n),
  fc.bigInt(0n, 2n ** 62n),
);
const odd = fc.oneof(fc.constantFrom(NaN, Infinity, -Infinity, -1, 0), fc.double());

const attribute: fc.Arbitrary<otlpCommon.KeyValue> = fc
  .tuple(
    fc.constantFrom(
      'service.name',
      'weir.workload',
      'weir.traffic_class',
      'error.type',
      'http.response.status_code',
      '__proto__',
    ),
    fc.oneof(
      hostileText.map((value) => ({ $case: 'stringValue' as const, value })),
      fc
        .bigInt(-(2n ** 63n), 2n ** 63n - 1n)
        .map((value) => ({ $case: 'intValue' as const, value })),
      fc.double().map((value) => ({ $case: 'doubleValue' as const, value })),
      fc.constant({
        $case: 'arrayValue' as const,
        value: { values: [{ value: { $case: 'boolValue' as const, value: true } }] },
      }),
    ),
  )
  .map(([key, value]) => otlpCommon.KeyValue.fromPartial({ key, value: { value } as never }));
const attributes = fc.array(attribute, { maxLength: 4 });

const explicit = fc
  .record({
    bounds: fc.array(odd, { maxLength: 5 }),
    counts: fc.array(uint64, { maxLength: 6 }),
    sane: fc.boolean(),
    attributes,
    start: uint64,
    time: uint64,
  })
  .map(({ bounds, counts, sane, start, time, ...rest }) => {
    const explicitBounds = sane ? [0.1, 0.5, 1] : bounds;
    const bucketCounts = sane ? [1n, 2n, 3n, 4n] : counts;
    return otlpMetrics.HistogramDataPoint.fromPartial({
      ...rest,
      startTimeUnixNano: start,
      timeUnixNano: time,
      explicitBounds,
      bucketCounts,
      count: bucketCounts.reduce((sum, count) => sum + count, 0n) & (2n ** 64n - 1n),
    });
  });
const exponential = fc
  .record({
    scale: fc.constantFrom(-11, -10, 0, 3, 20, 2 ** 31 - 1),
    offset: fc.constantFrom(-(2 ** 31), 0, 7, 2 ** 31 - 1),
    counts: fc.array(fc.bigInt(0n, 9n), { maxLength: 9 }),
    zero: uint64,
    attributes,
  })
  .map(({ scale, offset, counts, zero, attributes: own }) =>
    otlpMetrics.ExponentialHistogramDataPoint.fromPartial({
      attributes: own,
      scale,
      zeroCount: zero,
      timeUnixNano: 9n,
      positive: { offset, bucketCounts: counts },
      count: (zero + counts.reduce((sum, count) => sum + count, 0n)) & (2n ** 64n - 1n),
    }),
  );
const data = fc.oneof(
  fc
    .record({
      dataPoints: fc.array(explicit, { maxLength: 3 }),
      aggregationTemporality: fc.constantFrom(0, 1, 2, 9),
    })
    .map((value) => ({ $case: 'histogram' as const, value })),
  fc
    .record({
      dataPoints: fc.array(exponential, { maxLength: 3 }),
      aggregationTemporality: fc.constantFrom(1, 2),
    })
    .map((value) => ({ $case: 'exponentialHistogram' as const, value })),
);
const metric = fc.record({
  name: fc.constantFrom(...METRICS),
  unit: fc.constantFrom('s', 'ms', '', 'x'),
  data,
});
const message = fc
  .record({ attributes, metrics: fc.array(metric, { maxLength: 3 }) })
  .map(({ attributes: own, metrics }) =>
    otlpCollector.ExportMetricsServiceRequest.encode(
      otlpCollector.ExportMetricsServiceRequest.fromPartial({
        resourceMetrics: [
          { resource: { attributes: own }, scopeMetrics: [{ metrics: metrics as never }] },
        ],
      }),
    ).finish(),
  );

/** What reaches the loop must be a histogram, whatever senders call one. */
function checkObservation(given: Parameters<WorkloadSink['observe']>[0]): string | null {
  const { boundsMs, counts, errors, workload } = given;
  const ascending = boundsMs.every(
    (bound, i) => Number.isFinite(bound) && (i === 0 || bound > (boundsMs[i - 1] as number)),
  );
  if (!ascending || counts.length !== boundsMs.length + 1) return `bounds ${String(boundsMs)}`;
  if (![...counts, errors].every((count) => Number.isSafeInteger(count) && count >= 0))
    return `counts ${String(counts)}`;
  return workload === '' || workload.length > 255 ? `workload "${workload}"` : null;
}

const GOOD = otlpCollector.ExportMetricsServiceRequest.encode(
  otlpCollector.ExportMetricsServiceRequest.fromPartial({ resourceMetrics: [] }),
).finish();

async function open(): Promise<OpenDoor<Uint8Array>> {
  const problems: string[] = [];
  let nowMs = 0;
  const receiver = new OtlpReceiver({
    host: '127.0.0.1',
    port: 0,
    sink: {
      observe: (observation) => {
        const problem = checkObservation(observation);
        if (problem !== null) problems.push(problem);
      },
    },
    clock: { monotonicMs: () => (nowMs += 1_000), wallMs: () => 0 },
    limits: { maxStreams: 200, maxWorkloads: 50, idleMs: 60_000, maxMessageBytes: 100_000 },
  });
  await receiver.start();
  const client = new ByteClient(receiver.port);
  const feed = async (bytes: Uint8Array): Promise<string> => {
    const answer = await client.unary(EXPORT, bytes);
    const [problem] = problems.splice(0);
    if (problem !== undefined) throw new Violation(`the loop was given ${problem}`);
    const word = statusWord(answer);
    if (word !== 'OK' || answer.bytes === null) return word;
    const { partialSuccess } = otlpCollector.ExportMetricsServiceResponse.decode(answer.bytes);
    if (partialSuccess === undefined) return 'OK';
    if (partialSuccess.errorMessage === '')
      throw new Violation('points were rejected without a reason');
    return 'partial';
  };
  return {
    feed,
    good: async () => {
      const outcome = await feed(GOOD);
      if (outcome !== 'OK') throw new Violation(outcome);
    },
    close: async () => {
      client.close();
      await receiver.stop();
    },
  };
}

/** The OTLP receiver over loopback. */
export const otlpDoor: Door<Uint8Array> = {
  name: 'otlp',
  about: 'Export requests of metric senders at the real receiver',
  input: mutatedMessage(message),
  open,
};
