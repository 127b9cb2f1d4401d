/** Tells the daemon by OTLP what the probe measured: delta histograms, twice a second. */
import { credentials } from '@grpc/grpc-js';
import { otlpCollector } from '@weir/proto-gen';

const EXPORT_MS = 500;
/** Upper bounds of the buckets in ms, four to a doubling: a quantile is exact to 9 %. */
const BOUNDS_MS = Array.from({ length: 53 }, (_, i) => 0.25 * 2 ** (i / 4));
const nowNs = () => BigInt(Date.now()) * 1_000_000n;

export class HistogramExporter {
  #counts = newCounts();
  #windowStartNs = nowNs();
  #client;
  #timer;

  /** `onProblem` hears of exports that failed; what the daemon did not hear is not made up later. */
  constructor(address, { service, trafficClass }, onProblem) {
    this.attributes = { 'service.name': service, 'weir.traffic_class': trafficClass };
    this.onProblem = onProblem;
    this.#client = new otlpCollector.MetricsServiceClient(address, credentials.createInsecure());
    this.#timer = setInterval(() => this.#flush(), EXPORT_MS);
  }

  observe(latencyMs) {
    const bucket = BOUNDS_MS.findIndex((bound) => latencyMs <= bound);
    this.#counts[bucket === -1 ? BOUNDS_MS.length : bucket] += 1;
  }

  close() {
    clearInterval(this.#timer);
    this.#client.close();
  }

  #flush() {
    const endNs = nowNs();
    if (endNs <= this.#windowStartNs) return;
    const message = this.#request(endNs);
    this.#counts = newCounts();
    this.#windowStartNs = endNs;
    this.#client.export(message, { deadline: Date.now() + 2000 }, (error) => {
      if (error) this.onProblem(`otlp export: ${error.message}`);
    });
  }

  #request(endNs) {
    const point = {
      startTimeUnixNano: this.#windowStartNs,
      timeUnixNano: endNs,
      count: BigInt(this.#counts.reduce((sum, count) => sum + count, 0)),
      bucketCounts: this.#counts.map(BigInt),
      explicitBounds: BOUNDS_MS,
    };
    // 1: delta, since the export before.
    const histogram = { dataPoints: [point], aggregationTemporality: 1 };
    const metric = {
      name: 'weir.request.duration',
      unit: 'ms',
      data: { $case: 'histogram', value: histogram },
    };
    const attributes = Object.entries(this.attributes).map(([key, value]) => ({
      key,
      value: { value: { $case: 'stringValue', value } },
    }));
    const scopeMetrics = [{ scope: { name: 'weir-lab-probe' }, metrics: [metric] }];
    return otlpCollector.ExportMetricsServiceRequest.fromPartial({
      resourceMetrics: [{ resource: { attributes }, scopeMetrics }],
    });
  }
}

function newCounts() {
  return new Array(BOUNDS_MS.length + 1).fill(0);
}
