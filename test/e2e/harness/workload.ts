import { credentials } from '@grpc/grpc-js';
import { otlpCollector, otlpMetrics } from '@weir/proto-gen';

const INTERVAL_MS = 100;
const REQUESTS = 40;
const BOUNDS_MS = [5, 10, 20, 30, 40, 60, 80, 90, 100, 110, 120, 150, 200, 300, 400, 600, 1_000];
const DELTA = otlpMetrics.AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;

const text = (key: string, value: string) => ({
  key,
  value: { value: { $case: 'stringValue' as const, value } },
});

/**
 * A service that reports its own latency over OTLP, as slow as the test says. While nobody listens
 * its reports are lost, as those of a real service would be.
 */
export class Workload {
  latencyMs = 100;
  private client: InstanceType<typeof otlpCollector.MetricsServiceClient> | null = null;
  private readonly timer: NodeJS.Timeout;
  private reports = 0;
  private lastNs = BigInt(Date.now()) * 1_000_000n;

  constructor(private readonly name: string) {
    this.timer = setInterval(() => this.report(), INTERVAL_MS);
  }

  /** Reports to this loopback port from now on. */
  to(port: number): void {
    this.client?.close();
    this.client = new otlpCollector.MetricsServiceClient(
      `127.0.0.1:${port}`,
      credentials.createInsecure(),
    );
  }

  stop(): void {
    clearInterval(this.timer);
    this.client?.close();
    this.client = null;
  }

  private report(): void {
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    const request = otlpCollector.ExportMetricsServiceRequest.fromPartial({
      resourceMetrics: [
        {
          resource: {
            attributes: [
              text('service.name', this.name),
              text('weir.traffic_class', 'real-time-inference'),
            ],
          },
          scopeMetrics: [{ metrics: [this.histogram(nowNs)] }],
        },
      ],
    });
    this.lastNs = nowNs;
    // A report that nobody takes is lost; the next one says as much.
    this.client?.export(request, () => undefined);
  }

  private histogram(nowNs: bigint) {
    // A little unrest, or the spread of the samples would be zero.
    const latencyMs = this.latencyMs * (1 + 0.1 * ((this.reports++ % 5) / 5 - 0.4));
    const slow = BOUNDS_MS.findIndex((bound) => latencyMs <= bound);
    const counts = [...BOUNDS_MS, Infinity].map((_, i) => (i === slow ? REQUESTS : 0));
    return {
      name: 'http.server.request.duration',
      unit: 'ms',
      data: {
        $case: 'histogram' as const,
        value: {
          aggregationTemporality: DELTA,
          dataPoints: [
            {
              startTimeUnixNano: this.lastNs,
              timeUnixNano: nowNs,
              count: BigInt(REQUESTS),
              bucketCounts: counts.map(BigInt),
              explicitBounds: BOUNDS_MS,
            },
          ],
        },
      },
    };
  }
}
