import { credentials, Metadata } from '@grpc/grpc-js';
import { otlpCollector } from '@weir/proto-gen';
import type { Observation } from '@weir/sim';
import { exportRequest } from './metrics-message';

/** An export that takes longer than this is given up. */
const EXPORT_TIMEOUT_MS = 2_000;

/**
 * Sends what the workloads measured to an OTLP/gRPC receiver, as their own exporters would. What
 * cannot be delivered is dropped: delta histograms of a lost interval are gone, never doubled.
 */
export class OtlpExporter {
  readonly counts = { exported: 0, failed: 0 };
  private readonly client: InstanceType<typeof otlpCollector.MetricsServiceClient>;
  private lastNs: bigint;
  private busy = false;
  private failing = false;

  constructor(
    readonly endpoint: string,
    startNs: bigint,
    private readonly log: (message: string) => void,
  ) {
    this.client = new otlpCollector.MetricsServiceClient(endpoint, credentials.createInsecure(), {
      'grpc.max_reconnect_backoff_ms': 1_000,
      'grpc.initial_reconnect_backoff_ms': 200,
    });
    this.lastNs = startNs;
  }

  send(observations: readonly Observation[], nowNs: bigint): void {
    const startNs = this.lastNs;
    this.lastNs = nowNs;
    if (observations.length === 0 || this.busy) return;
    this.busy = true;
    const deadline = Date.now() + EXPORT_TIMEOUT_MS;
    const request = exportRequest(observations, startNs, nowNs);
    this.client.export(request, new Metadata(), { deadline }, (error) => {
      this.busy = false;
      if (error === null) {
        this.counts.exported += 1;
        if (this.failing) this.log(`workloads report to ${this.endpoint} again`);
        this.failing = false;
        return;
      }
      this.counts.failed += 1;
      if (!this.failing) this.log(`workloads cannot report to ${this.endpoint}: ${error.message}`);
      this.failing = true;
    });
  }

  close(): void {
    this.client.close();
  }
}
