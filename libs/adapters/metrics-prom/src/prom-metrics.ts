import { assert } from '@weir/core/base';
import type { CounterMetric, GaugeMetric, HistogramMetric, Metrics } from '@weir/core/ports';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { checkMetricName, type MetricType } from './metric-name';

export interface PromMetricsOptions {
  /**
   * All values that a label can take, by label name, e.g. `{ verdict: ['improved', 'harmed'] }`.
   * Counters and histograms whose labels are all listed start with every combination at zero.
   */
  readonly labelValues?: Readonly<Record<string, readonly string[]>>;
  /** Also export the process metrics (`process_*`, `nodejs_*`). Default false. */
  readonly processMetrics?: boolean;
}

/** More combinations than this are not made beforehand: cardinality is a cost of its own. */
const MAX_PRESET_SERIES = 256;

interface Entry {
  readonly type: MetricType;
  readonly labels: readonly string[];
  readonly metric: unknown;
}

/** Metrics in a registry of their own; `exposition()` is the text that `/metrics` serves. */
export class PromMetrics implements Metrics {
  private readonly registry = new Registry();
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly options: PromMetricsOptions = {}) {
    if (options.processMetrics === true) collectDefaultMetrics({ register: this.registry });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  exposition(): Promise<string> {
    return this.registry.metrics();
  }

  counter(name: string, help: string, labels: readonly string[] = []): CounterMetric {
    return this.once('counter', name, labels, () => {
      const counter = new Counter({
        name,
        help,
        labelNames: [...labels],
        registers: [this.registry],
      });
      for (const preset of this.presets(labels)) counter.inc(preset, 0);
      return {
        add: (value: number, given: Readonly<Record<string, string>> = {}) => {
          assert(value >= 0, `metric ${name}: a counter only grows`);
          counter.inc(given, value);
        },
      };
    });
  }

  gauge(name: string, help: string, labels: readonly string[] = []): GaugeMetric {
    return this.once('gauge', name, labels, () => {
      const gauge = new Gauge({ name, help, labelNames: [...labels], registers: [this.registry] });
      return {
        set: (value: number, given: Readonly<Record<string, string>> = {}) => {
          gauge.set(given, value);
        },
      };
    });
  }

  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
    labels: readonly string[] = [],
  ): HistogramMetric {
    return this.once('histogram', name, labels, () => {
      const histogram = new Histogram({
        name,
        help,
        buckets: [...buckets],
        labelNames: [...labels],
        registers: [this.registry],
      });
      for (const preset of this.presets(labels)) histogram.zero(preset);
      return {
        observe: (value: number, given: Readonly<Record<string, string>> = {}) => {
          histogram.observe(given, value);
        },
      };
    });
  }

  /** The same name may be asked for again (an engine that starts anew) but never as another type. */
  private once<T>(type: MetricType, name: string, labels: readonly string[], make: () => T): T {
    const known = this.entries.get(name);
    if (known !== undefined) {
      const same = known.type === type && known.labels.join() === labels.join();
      assert(same, `metric ${name} is made twice with different type or labels`);
      return known.metric as T;
    }
    checkMetricName(type, name, labels);
    const metric = make();
    this.entries.set(name, { type, labels, metric });
    return metric;
  }

  /** Label sets to start at zero: all combinations when every label's values are known. */
  private presets(labels: readonly string[]): readonly Record<string, string>[] {
    if (labels.length === 0) return [];
    let sets: Record<string, string>[] = [{}];
    for (const label of labels) {
      const values = this.options.labelValues?.[label];
      if (values === undefined || sets.length * values.length > MAX_PRESET_SERIES) return [];
      sets = sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value })));
    }
    return sets;
  }
}
