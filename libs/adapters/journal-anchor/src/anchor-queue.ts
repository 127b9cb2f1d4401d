import type { CounterMetric, GaugeMetric, Metrics, Timers } from '@weir/core/ports';
import type { AnchorPoint } from './anchor-point';
import type { AnchorSink } from './anchor-sink';

export interface AnchorLog {
  info(message: string, fields: Record<string, unknown>): void;
  warn(message: string, fields: Record<string, unknown>): void;
}

/** Heads that wait for a sink; each newer one vouches for those before, so the oldest may go. */
const LIMIT = 64;
const RETRY_BASE_MS = 1_000;
const RETRY_MAX_MS = 60_000;

export class AnchorMetrics {
  readonly sequence: GaugeMetric;
  readonly lag: GaugeMetric;
  readonly failures: CounterMetric;

  constructor(metrics: Metrics) {
    this.sequence = metrics.gauge(
      'weir_journal_anchor_sequence',
      'Record whose hash was last kept elsewhere.',
      ['sink'],
    );
    this.lag = metrics.gauge(
      'weir_journal_anchor_lag_records',
      'Records of the journal that no anchor covers yet.',
      ['sink'],
    );
    this.failures = metrics.counter(
      'weir_journal_anchor_failures_total',
      'Heads that could not be kept elsewhere at a try; they are tried again.',
      ['sink'],
    );
  }
}

/** Writes heads to one sink in order, with back-off; never in the way of whoever adds them. */
export class AnchorQueue {
  #waiting: AnchorPoint[] = [];
  #running: Promise<void> | null = null;
  #failed = 0;
  #stopped = false;
  #last = 0;
  #cancelPause: (() => void) | null = null;

  constructor(
    private readonly sink: AnchorSink,
    private readonly timers: Timers,
    private readonly metrics: AnchorMetrics,
    private readonly log: AnchorLog,
  ) {
    metrics.failures.add(0, this.#labels);
  }

  add(point: AnchorPoint): void {
    this.#waiting.push(point);
    if (this.#waiting.length > LIMIT) this.#waiting.shift();
    this.#running ??= this.#run();
  }

  /** Tells how far the journal is by now. */
  seen(sequence: number): void {
    this.metrics.lag.set(sequence - this.#last, this.#labels);
  }

  /** Tries once more what waits, without back-off, and ends. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelPause?.();
    await this.#running;
    await this.sink.close();
  }

  get #labels(): { readonly sink: string } {
    return { sink: this.sink.name };
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const point = this.#waiting[0];
      if (!point) break;
      if (await this.#write(point)) {
        this.#waiting = this.#waiting.filter((one) => one.sequence > point.sequence);
        continue;
      }
      // The last try of a stop is for the newest head: it covers all others.
      if (this.#stopped) break;
      await this.#pause();
      if (this.#stopped) this.#waiting = this.#waiting.slice(-1);
    }
    this.#running = null;
  }

  async #write(point: AnchorPoint): Promise<boolean> {
    const sink = this.sink.name;
    try {
      await this.sink.write(point);
    } catch (error) {
      this.metrics.failures.add(1, this.#labels);
      const { sequence } = point;
      if (this.#failed++ === 0)
        this.log.warn('anchor cannot be kept, tried again', {
          sink,
          sequence,
          reason: text(error),
        });
      return false;
    }
    if (this.#failed > 0)
      this.log.info('anchor is kept again', { sink, failures: this.#failed, ...point });
    this.#failed = 0;
    this.#last = point.sequence;
    this.metrics.sequence.set(point.sequence, this.#labels);
    return true;
  }

  #pause(): Promise<void> {
    const ms = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** Math.min(this.#failed - 1, 10));
    return new Promise((resolve) => {
      const cancel = this.timers.after(ms, resolve);
      this.#cancelPause = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** Without what may stand in an address or a header: only the message of the error. */
const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
