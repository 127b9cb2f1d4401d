import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { GaugeMetric, Metrics } from '@weir/core/ports';
import { METRICS } from '../wiring/tokens';

const RESOLUTION_MS = 10;
const QUANTILES = [0.5, 0.99] as const;

/** How late the event loop runs: everything in this process waits at least that long. */
@Injectable()
export class EventLoopLag implements OnApplicationShutdown {
  private readonly histogram: IntervalHistogram = monitorEventLoopDelay({
    resolution: RESOLUTION_MS,
  });
  private readonly gauge: GaugeMetric;

  constructor(@Inject(METRICS) metrics: Metrics) {
    this.gauge = metrics.gauge(
      'weir_event_loop_lag_seconds',
      'Delay of the event loop since the last scrape, by quantile (1 is the maximum).',
      ['quantile'],
    );
    this.histogram.enable();
  }

  /** Publishes what was seen since the last call, and begins anew. */
  sample(): void {
    // The histogram holds the timer's period as well; what is beyond it is lag.
    const lag = (ns: number): number => Math.max(0, ns / 1e9 - RESOLUTION_MS / 1e3);
    for (const quantile of QUANTILES)
      this.gauge.set(lag(this.histogram.percentile(quantile * 100)), {
        quantile: String(quantile),
      });
    this.gauge.set(lag(this.histogram.max), { quantile: '1' });
    this.histogram.reset();
  }

  onApplicationShutdown(): void {
    this.histogram.disable();
  }
}
