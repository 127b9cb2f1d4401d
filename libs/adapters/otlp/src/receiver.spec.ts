import { credentials, ServerCredentials, type ServiceError } from '@grpc/grpc-js';
import type { WorkloadSample } from '@weir/core/model';
import type { Clock } from '@weir/core/ports';
import { otlpCollector, otlpMetrics } from '@weir/proto-gen';
import * as pem from '../../../../test/support/certificates';
import type { OtlpLimits } from './limits';
import { OtlpReceiver } from './receiver';

const DELTA = otlpMetrics.AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;
const CUMULATIVE = otlpMetrics.AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE;
const SINCE_MS = 1_800_000_000_000;
const SINCE_NS = BigInt(SINCE_MS) * 1_000_000n;
const seconds = (count: number): bigint => SINCE_NS + BigInt(count) * 1_000_000_000n;

type Response = otlpCollector.ExportMetricsServiceResponse;
type Attributes = Record<string, string | bigint>;

const keyValues = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: {
      value:
        typeof value === 'string'
          ? ({ $case: 'stringValue', value } as const)
          : ({ $case: 'intValue', value } as const),
    },
  }));

type MetricPart = otlpMetrics.DeepPartial<otlpMetrics.Metric>;

function request(resource: Attributes, ...metrics: MetricPart[]) {
  const body = {
    resourceMetrics: [
      { resource: { attributes: keyValues(resource) }, scopeMetrics: [{ metrics }] },
    ],
  };
  return otlpCollector.ExportMetricsServiceRequest.fromPartial(body as never);
}

function latency(
  counts: readonly number[],
  options: {
    start?: bigint;
    time?: bigint;
    temporality?: otlpMetrics.AggregationTemporality;
    bounds?: number[];
    unit?: string;
    name?: string;
    attributes?: Attributes;
  } = {},
): MetricPart {
  return {
    name: options.name ?? 'http.server.request.duration',
    unit: options.unit ?? 's',
    data: {
      $case: 'histogram' as const,
      value: {
        aggregationTemporality: options.temporality ?? DELTA,
        dataPoints: [
          {
            attributes: keyValues(options.attributes ?? {}),
            startTimeUnixNano: options.start ?? SINCE_NS,
            timeUnixNano: options.time ?? seconds(1),
            count: BigInt(counts.reduce((a, b) => a + b, 0)),
            bucketCounts: counts.map(BigInt),
            explicitBounds: options.bounds ?? [0.01, 0.1],
          },
        ],
      },
    },
  };
}

const CHAT = { 'service.name': 'chat', 'weir.traffic_class': 'real-time-inference' };

describe('OtlpReceiver over gRPC', () => {
  let samples: Omit<WorkloadSample, 'ageMs'>[];
  let nowMs: number;
  let receiver: OtlpReceiver;
  let client: InstanceType<typeof otlpCollector.MetricsServiceClient>;
  const clock: Clock = { monotonicMs: () => nowMs, wallMs: () => SINCE_MS };

  async function listen(limits: Partial<OtlpLimits> = {}): Promise<void> {
    const sink = { observe: (sample: Omit<WorkloadSample, 'ageMs'>) => samples.push(sample) };
    receiver = new OtlpReceiver({ host: '127.0.0.1', port: 0, sink, clock, limits });
    await receiver.start();
    client = new otlpCollector.MetricsServiceClient(
      `127.0.0.1:${receiver.port}`,
      credentials.createInsecure(),
    );
  }

  const send = (body: otlpCollector.ExportMetricsServiceRequest): Promise<Response> =>
    new Promise((resolve, reject) => {
      client.export(body, (error, answer) => {
        if (error === null) resolve(answer);
        else reject(error);
      });
    });

  beforeEach(() => {
    samples = [];
    nowMs = 0;
  });
  afterEach(async () => {
    client.close();
    await receiver.stop();
  });

  it('passes a delta histogram on as observations in ms', async () => {
    await listen();
    const answer = await send(request(CHAT, latency([5, 3, 1])));
    expect(answer.partialSuccess).toBeUndefined();
    expect(samples).toEqual([
      {
        workload: 'chat',
        class: 'real-time-inference',
        metric: 'request-latency',
        boundsMs: [10, 100],
        counts: [5, 3, 1],
        errors: 0,
      },
    ]);
  });

  it.each([
    ['weir.request.duration', 'request-latency', 'best-effort'],
    ['weir.training.iteration.duration', 'iteration-time', 'training'],
    ['weir.collective.duration', 'collective-time', 'training'],
    ['weir.training.compute.duration', 'compute-time', 'training'],
  ])('knows %s as %s, by default of class %s', async (name, metric, className) => {
    await listen();
    await send(request({ 'weir.workload': 'job' }, latency([1, 0, 0], { name, unit: 'ms' })));
    expect(samples).toMatchObject([
      { workload: 'job', metric, class: className, boundsMs: [0.01, 0.1] },
    ]);
  });

  it('says which worker measured a compute time, by its point or by its resource', async () => {
    await listen({ maxNameLength: 8 });
    const compute = { name: 'weir.training.compute.duration' };
    const own = { attributes: { 'weir.worker': 'h1-1' } };
    const resource = { 'weir.workload': 'job', 'host.name': 'h9-9' };
    const answer = await send(
      request(
        resource,
        latency([1, 0, 0], { ...compute, ...own }),
        latency([1, 0, 0], compute),
        latency([1, 0, 0], { name: 'weir.collective.duration', ...own }),
        latency([1, 0, 0], { ...compute, attributes: { 'weir.worker': 'far-too-long' } }),
      ),
    );
    expect(samples.map(({ worker }) => worker)).toEqual(['h1-1', 'h9-9', undefined]);
    expect(answer.partialSuccess?.errorMessage).toContain("worker's name is longer than 8");
  });

  it('counts failed requests as errors', async () => {
    await listen();
    await send(
      request(
        CHAT,
        latency([4, 0, 0], { attributes: { 'http.response.status_code': 503n } }),
        latency([2, 0, 0], { attributes: { 'error.type': 'timeout' } }),
        latency([1, 0, 0], { attributes: { 'http.response.status_code': 404n } }),
      ),
    );
    expect(samples.map(({ errors }) => errors)).toEqual([4, 2, 0]);
  });

  it('drops a point that is sent twice', async () => {
    await listen();
    const body = request(CHAT, latency([5, 3, 1]));
    await send(body);
    const again = await send(body);
    expect(again.partialSuccess).toBeUndefined();
    expect(samples).toHaveLength(1);
  });

  it('takes delta points of replicas that have the same attributes', async () => {
    await listen();
    for (const time of [5, 4, 6])
      await send(
        request(CHAT, latency([time, 0, 0], { start: seconds(time - 1), time: seconds(time) })),
      );
    expect(samples.map(({ counts }) => counts[0])).toEqual([5, 4, 6]);
  });

  it('subtracts cumulative points and starts anew after a reset', async () => {
    await listen();
    const total = (counts: number[], start: bigint, time: bigint) =>
      send(request(CHAT, latency(counts, { temporality: CUMULATIVE, start, time })));
    const old = SINCE_NS - 3_600_000_000_000n;
    await total([100, 50, 0], old, seconds(1));
    expect(samples).toEqual([]);
    await total([103, 50, 1], old, seconds(2));
    expect(samples.map(({ counts }) => counts)).toEqual([[3, 0, 1]]);
    await total([2, 0, 0], seconds(3), seconds(4));
    await total([6, 0, 0], seconds(3), seconds(5));
    expect(samples.map(({ counts }) => counts)).toEqual([
      [3, 0, 1],
      [2, 0, 0],
      [4, 0, 0],
    ]);
  });

  it('does not take a fall without a new start time for observations', async () => {
    await listen();
    const options = { temporality: CUMULATIVE, start: 0n };
    await send(request(CHAT, latency([9, 0, 0], { ...options, time: seconds(1) })));
    await send(request(CHAT, latency([2, 0, 0], { ...options, time: seconds(2) })));
    await send(request(CHAT, latency([3, 0, 0], { ...options, time: seconds(3) })));
    expect(samples.map(({ counts }) => counts)).toEqual([[1, 0, 0]]);
  });

  it('keeps two replicas with the same attributes apart by their start time', async () => {
    await listen();
    for (const [start, time, count] of [
      [1, 10, 5],
      [2, 10, 7],
      [1, 11, 6],
      [2, 11, 9],
    ] as const) {
      const options = { temporality: CUMULATIVE, start: seconds(start), time: seconds(time) };
      await send(request(CHAT, latency([count, 0, 0], options)));
    }
    expect(samples.map(({ counts }) => counts[0])).toEqual([5, 7, 1, 2]);
  });

  it('converts exponential histograms to explicit bounds that contain every value', async () => {
    await listen();
    const exponential = (scale: number, offset: number, bucketCounts: number[], zero = 0) => ({
      name: 'weir.request.duration',
      unit: 'ms',
      data: {
        $case: 'exponentialHistogram' as const,
        value: {
          aggregationTemporality: DELTA,
          dataPoints: [
            {
              startTimeUnixNano: SINCE_NS,
              timeUnixNano: seconds(1),
              scale,
              zeroCount: BigInt(zero),
              count: BigInt(bucketCounts.reduce((a, b) => a + b, zero)),
              positive: { offset, bucketCounts: bucketCounts.map(BigInt) },
            },
          ],
        },
      },
    });
    // Scale 0: buckets (1,2], (2,4], (4,8] ms.
    const answer = await send(request(CHAT, exponential(0, 0, [3, 0, 2], 1)));
    expect(answer.partialSuccess).toBeUndefined();
    const [sample] = samples;
    const filled = (sample?.counts ?? []).flatMap((count, i) =>
      count > 0 ? [[count, sample?.boundsMs[i]]] : [],
    );
    expect(filled).toEqual([
      [1, expect.any(Number)],
      [3, 2],
      [2, 8],
    ]);
    // Scale 5 folds into the grid without moving anything below its lower bound.
    samples.length = 0;
    await send(request({ ...CHAT, 'service.name': 'fine' }, exponential(5, 320, [4])));
    const upper = samples[0]?.boundsMs[samples[0].counts.indexOf(4)] ?? NaN;
    expect(upper).toBeGreaterThanOrEqual(2 ** (321 / 32));
    expect(upper).toBeLessThan(2 ** (321 / 32) * 1.1);
  });

  it('tolerates other metrics and types', async () => {
    await listen();
    const gauge = {
      $case: 'gauge' as const,
      value: { dataPoints: [{ timeUnixNano: seconds(1) }] },
    };
    const answer = await send(
      request(
        CHAT,
        { name: 'cpu.usage', unit: '1', data: gauge },
        {
          name: 'http.server.request.duration',
          unit: 's',
          data: gauge,
        },
      ),
    );
    expect(answer.partialSuccess).toBeUndefined();
    expect(samples).toEqual([]);
  });

  it.each([
    ['no workload', {}, latency([1, 0, 0]), /service\.name/],
    ['class', { ...CHAT, 'weir.traffic_class': 'gold' }, latency([1, 0, 0]), /"gold" is not/],
    ['unit', CHAT, latency([1, 0, 0], { unit: 'min' }), /unit "min"/],
    ['temporality', CHAT, latency([1, 0, 0], { temporality: 0 }), /temporality/],
    ['bounds order', CHAT, latency([1, 0, 0], { bounds: [2, 1] }), /ascending/],
    ['bounds count', CHAT, latency([1, 0, 0], { bounds: [1] }), /one longer/],
    ['no buckets', CHAT, latency([], { bounds: [] }), /no buckets/],
    ['no time', CHAT, latency([1, 0, 0], { time: 0n }), /time_unix_nano/],
  ])(
    'rejects a bad point, says why, and takes the others: %s',
    async (_, resource, bad, message) => {
      await listen();
      const good = request({ ...CHAT, 'service.name': 'good' }, latency([1, 0, 0]));
      const body = request(resource, bad);
      body.resourceMetrics.push(...good.resourceMetrics);
      const { partialSuccess } = await send(body);
      expect(partialSuccess?.rejectedDataPoints).toBe(1n);
      expect(partialSuccess?.errorMessage).toMatch(message);
      expect(samples.map(({ workload }) => workload)).toEqual(['good']);
    },
  );

  it('bounds the number of workloads and forgets idle ones', async () => {
    await listen({ maxWorkloads: 2, idleMs: 1000 });
    const from = (name: string) =>
      send(request({ ...CHAT, 'service.name': name }, latency([1, 0, 0])));
    await from('a');
    await from('b');
    const refused = await from('c');
    expect(refused.partialSuccess?.errorMessage).toMatch(/more than 2 workloads/);
    nowMs = 1001;
    expect((await from('c')).partialSuccess).toBeUndefined();
  });

  it('refuses a message over the limit and stays up', async () => {
    await listen({ maxMessageBytes: 10_000 });
    const huge = request({ ...CHAT, padding: 'x'.repeat(20_000) }, latency([1, 0, 0]));
    const failure = await send(huge).catch((error: unknown) => error as ServiceError);
    expect((failure as ServiceError).code).toBe(8);
    await send(request(CHAT, latency([1, 0, 0])));
    expect(samples).toHaveLength(1);
  });
});

describe('OtlpReceiver with TLS', () => {
  it('serves with the credentials that it is given', async () => {
    const samples: unknown[] = [];
    const receiver = new OtlpReceiver({
      host: '127.0.0.1',
      port: 0,
      sink: { observe: (sample) => samples.push(sample) },
      clock: { monotonicMs: () => 0, wallMs: () => SINCE_MS },
      credentials: ServerCredentials.createSsl(
        pem.CA_CERT,
        [{ cert_chain: pem.SERVER_CERT, private_key: pem.SERVER_KEY }],
        true,
      ),
    });
    await receiver.start();
    const attempt = (secured: ReturnType<typeof credentials.createSsl>) =>
      new Promise<ServiceError | null>((resolve) => {
        const client = new otlpCollector.MetricsServiceClient(
          `127.0.0.1:${receiver.port}`,
          secured,
        );
        client.export(request(CHAT, latency([1, 0, 0])), (error) => {
          client.close();
          resolve(error);
        });
      });
    const known = credentials.createSsl(pem.CA_CERT, pem.CLIENT_KEY, pem.CLIENT_CERT);
    expect(await attempt(credentials.createSsl(pem.CA_CERT))).toMatchObject({ code: 14 });
    expect(await attempt(known)).toBeNull();
    expect(samples).toHaveLength(1);
    await receiver.stop();
  });
});
