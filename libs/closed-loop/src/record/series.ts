import { Histogram, type Observation } from '@weir/sim';
import type { Measure } from '../build/measures';
import type { Figures, MeasureResult, Window, Windows } from '../result';

type Column = (number | null)[];
const known = (value: number): number | null => (Number.isFinite(value) ? value : null);

const NAMES = ['whole', 'before', 'evaluation', 'end'] as const;

/** Whether an interval that ends at `atMs` belongs to the window. */
export const within = (window: Window, atMs: number): boolean =>
  atMs > window.fromMs && atMs <= window.toMs;

/** Collects one measure over a run: a row for each sample, and the figures of the windows. */
export class MeasureRecorder {
  private readonly series = {
    count: [] as number[],
    mean: [] as Column,
    p50: [] as Column,
    p95: [] as Column,
    p99: [] as Column,
  };
  private readonly histograms: Readonly<Record<keyof Windows, Histogram>>;
  private readonly bits: Record<keyof Windows, number>;
  private readonly seconds: Record<keyof Windows, number>;
  private sample = new Histogram();
  private lastBytes = 0;
  private lastMs = 0;

  constructor(
    readonly measure: Measure,
    private readonly windows: Windows,
  ) {
    const each = <T>(value: () => T): Record<keyof Windows, T> => ({
      whole: value(),
      before: value(),
      evaluation: value(),
      end: value(),
    });
    this.histograms = each(() => new Histogram());
    this.bits = each(() => 0);
    this.seconds = each(() => 0);
  }

  /** What was observed in a stretch that ends at `atMs`. */
  observe({ workload, metric, histogram }: Observation, atMs: number): void {
    if (workload !== this.measure.workload || metric !== this.measure.metric) return;
    this.sample.merge(histogram);
    for (const name of NAMES)
      if (within(this.windows[name], atMs)) this.histograms[name].merge(histogram);
  }

  /** Ends a sample; `bytes` is what the workload has moved since its start. */
  close(atMs: number, bytes: number): void {
    if (this.measure.metric === 'throughput') this.closeThroughput(atMs, bytes);
    else {
      const { count, sumMs } = this.sample;
      this.series.count.push(count);
      this.series.mean.push(known(sumMs / count));
      this.series.p50.push(known(this.sample.quantileMs(0.5)));
      this.series.p95.push(known(this.sample.quantileMs(0.95)));
      this.series.p99.push(known(this.sample.quantileMs(0.99)));
    }
    this.sample = new Histogram();
    this.lastMs = atMs;
  }

  result(): MeasureResult {
    const { workload, metric, quantile } = this.measure;
    const figures = (name: keyof Windows): Figures =>
      metric === 'throughput' ? this.throughput(name) : this.latency(name);
    return {
      workload,
      metric,
      unit: metric === 'throughput' ? 'bps' : 'ms',
      quantile,
      windows: {
        whole: figures('whole'),
        before: figures('before'),
        evaluation: figures('evaluation'),
        end: figures('end'),
      },
      series: this.series,
    };
  }

  private closeThroughput(atMs: number, bytes: number): void {
    // A workload that was started again counts from zero.
    const bits = Math.max(0, bytes - this.lastBytes) * 8;
    this.lastBytes = bytes;
    const seconds = (atMs - this.lastMs) / 1000;
    this.series.count.push(1);
    this.series.mean.push(known(bits / seconds));
    for (const column of [this.series.p50, this.series.p95, this.series.p99]) column.push(null);
    for (const name of NAMES) {
      if (!within(this.windows[name], atMs)) continue;
      this.bits[name] += bits;
      this.seconds[name] += seconds;
    }
  }

  private throughput(name: keyof Windows): Figures {
    const mean = known(this.bits[name] / this.seconds[name]);
    const count = Math.round(this.seconds[name]);
    return { count, mean, p50: null, p95: null, p99: null, headline: mean };
  }

  private latency(name: keyof Windows): Figures {
    const histogram = this.histograms[name];
    const quantile = (q: number): number | null => known(histogram.quantileMs(q));
    return {
      count: histogram.count,
      mean: known(histogram.sumMs / histogram.count),
      p50: quantile(0.5),
      p95: quantile(0.95),
      p99: quantile(0.99),
      headline: quantile(this.measure.quantile),
    };
  }
}
