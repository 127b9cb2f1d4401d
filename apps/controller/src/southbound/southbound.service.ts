import { Inject, Injectable } from '@nestjs/common';
import { assert } from '@weir/core/base';
import type { DeviceOperation, OperationReport } from '@weir/core/model';
import type { Clock, CounterMetric, DeviceWriter, HistogramMetric } from '@weir/core/ports';
import type { LogPort } from '@weir/nest';
import { SouthboundExecutor } from '@weir/runtime';
import type { CrashPoint } from '../boot/crash-point';
import type { Site } from '../boot/load-site';
import type { SiteStore } from '../boot/site-store';
import type { Edge } from '../wiring/adapters';
import type { Backbone } from '../wiring/backbone';
import type { ExposedMetrics } from '../wiring/context';
import { BACKBONE, CLOCK, CRASH_POINT, EDGE, LOG, METRICS, SITES } from '../wiring/tokens';

const SECONDS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The `southbound` role: carries out device operations from the queue and reports what they came to. */
@Injectable()
export class SouthboundService {
  private writer: DeviceWriter | null = null;
  private executor: SouthboundExecutor | null = null;
  private readonly running = new Set<Promise<OperationReport>>();
  private readonly operations: CounterMetric;
  private readonly seconds: HistogramMetric;

  constructor(
    @Inject(SITES) private readonly sites: SiteStore,
    @Inject(EDGE) private readonly edge: Edge,
    @Inject(BACKBONE) private readonly backbone: Backbone,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CRASH_POINT) private readonly crashPoint: CrashPoint,
    @Inject(LOG) private readonly log: LogPort,
    @Inject(METRICS) metrics: ExposedMetrics,
  ) {
    this.operations = metrics.counter(
      'weir_southbound_operations_total',
      'Device operations carried out, by verb and outcome.',
      ['verb', 'outcome'],
    );
    this.seconds = metrics.histogram(
      'weir_southbound_operation_seconds',
      'Duration of a device operation, read-back included.',
      SECONDS,
      ['verb'],
    );
  }

  async start(): Promise<void> {
    this.open(this.sites.current);
    await this.backbone.queue.work((operation) => this.execute(operation));
  }

  /** New topology: other addresses. Operations that run keep the sessions that they began with. */
  async replace(site: Site): Promise<void> {
    const old = this.writer;
    this.open(site);
    await Promise.allSettled([...this.running]);
    await old?.close();
  }

  /** After the queue was closed, which waits for the operations that run. */
  async stop(): Promise<void> {
    await this.writer?.close();
  }

  private open({ topology }: Site): void {
    const writer = this.edge.deviceWriter(topology);
    this.writer = writer;
    this.executor = new SouthboundExecutor({
      writer,
      clock: this.clock,
      crashPoint: this.crashPoint,
    });
  }

  private async execute(operation: DeviceOperation): Promise<OperationReport> {
    const { executor } = this;
    assert(executor !== null, 'operations run after the start');
    const startMs = this.clock.monotonicMs();
    const run = executor.execute(operation);
    this.running.add(run);
    const report = await run.finally(() => this.running.delete(run));
    this.tell(report, this.clock.monotonicMs() - startMs);
    return report;
  }

  private tell(report: OperationReport, elapsedMs: number): void {
    const { operation, outcome, code, message } = report;
    const { changeId, device, verb, id } = operation;
    this.operations.add(1, { verb, outcome });
    this.seconds.observe(elapsedMs / 1000, { verb });
    const fields = { change: changeId, device, verb, outcome, operationId: id, elapsedMs };
    // Images are read again every minute; they are news only when that fails.
    if (outcome === 'done' && verb === 'image') return;
    if (outcome === 'done') this.log.info('device operation done', fields);
    else this.log.warn('device operation not done', { ...fields, code, reason: message });
  }
}
