import {
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import { assert } from '@weir/core/base';
import type {
  Clock,
  CounterMetric,
  GaugeMetric,
  Metrics,
  TelemetrySource,
  WorkloadSink,
} from '@weir/core/ports';
import { otlpCollector } from '@weir/proto-gen';
import { DEFAULT_OTLP_LIMITS, type OtlpLimits } from './limits';
import { OUTCOMES, type ExportSummary } from './tally';
import { Translator } from './translator';

export interface OtlpReceiverOptions {
  readonly host: string;
  /** 0 takes a free port; `port` of the receiver says which. */
  readonly port: number;
  readonly sink: WorkloadSink;
  readonly clock: Clock;
  readonly metrics?: Metrics;
  /** Plain text when absent. */
  readonly credentials?: ServerCredentials;
  readonly limits?: Partial<OtlpLimits>;
}

type Request = otlpCollector.ExportMetricsServiceRequest;
type Response = otlpCollector.ExportMetricsServiceResponse;

const STOP_MS = 2000;
const MAX_MESSAGE_LENGTH = 500;

/** Serves MetricsService/Export and feeds a WorkloadSink. */
export class OtlpReceiver implements TelemetrySource {
  private readonly limits: OtlpLimits;
  private readonly translator: Translator;
  private readonly points: CounterMetric | null;
  private readonly workloads: GaugeMetric | null;
  private server: Server | null = null;
  private boundPort = 0;

  constructor(private readonly options: OtlpReceiverOptions) {
    this.limits = { ...DEFAULT_OTLP_LIMITS, ...options.limits };
    const sinceNs = BigInt(Math.floor(options.clock.wallMs())) * 1_000_000n;
    this.translator = new Translator(options.sink, this.limits, sinceNs);
    const { metrics } = options;
    this.points =
      metrics?.counter('weir_otlp_points_total', 'Data points received, by outcome.', [
        'outcome',
      ]) ?? null;
    this.workloads =
      metrics?.gauge('weir_otlp_workloads', 'Workloads that report about themselves.') ?? null;
    for (const outcome of OUTCOMES) this.points?.add(0, { outcome });
  }

  /** The port that is listened on; 0 before `start`. */
  get port(): number {
    return this.boundPort;
  }

  async start(): Promise<void> {
    assert(this.server === null, 'the OTLP receiver is started once');
    const server = new Server({
      'grpc.max_receive_message_length': this.limits.maxMessageBytes,
      'grpc.enable_channelz': 0,
      'grpc.keepalive_time_ms': 60_000,
      'grpc.max_concurrent_streams': 64,
    });
    server.addService(otlpCollector.MetricsServiceService, {
      export: (call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>) => {
        this.export(call.request, answer);
      },
    });
    const { host, port, credentials = ServerCredentials.createInsecure() } = this.options;
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    this.boundPort = await new Promise<number>((resolve, reject) => {
      server.bindAsync(address, credentials, (error, bound) => {
        if (error === null) resolve(bound);
        else reject(new Error(`OTLP receiver cannot listen on ${address}: ${error.message}`));
      });
    });
    this.server = server;
  }

  /** Lets the calls in progress end, but not for long: senders retry. */
  async stop(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        server.forceShutdown();
        resolve();
      }, STOP_MS);
      server.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private export(request: Request, answer: sendUnaryData<Response>): void {
    let summary: ExportSummary;
    try {
      summary = this.translator.export(request, this.options.clock.monotonicMs());
    } catch (error) {
      // A defect of ours: the sender must not take the points for delivered.
      answer({ code: status.INTERNAL, details: error instanceof Error ? error.message : '' });
      return;
    }
    for (const outcome of OUTCOMES) this.points?.add(summary.points[outcome], { outcome });
    this.workloads?.set(this.translator.workloadCount);
    const { rejected } = summary.points;
    const errorMessage = summary.reasons.join('; ').slice(0, MAX_MESSAGE_LENGTH);
    answer(null, {
      partialSuccess:
        rejected === 0 ? undefined : { rejectedDataPoints: BigInt(rejected), errorMessage },
    });
  }
}
