import type { CounterMetric, GaugeMetric, Metrics } from '@weir/core/ports';

export class FlightMetrics {
  private readonly recordings: CounterMetric;
  private readonly ringBytes: GaugeMetric;

  constructor(metrics: Metrics) {
    this.recordings = metrics.counter(
      'weir_flight_recordings_total',
      'Flight recordings by what became of them: ended, or failed to be written.',
      ['outcome'],
    );
    this.ringBytes = metrics.gauge(
      'weir_flight_ring_bytes',
      'Bytes of the last minutes that the flight recorder holds in memory.',
    );
    this.recordings.add(0, { outcome: 'ended' });
    this.recordings.add(0, { outcome: 'failed' });
  }

  recording(outcome: 'ended' | 'failed'): void {
    this.recordings.add(1, { outcome });
  }

  ring(bytes: number): void {
    this.ringBytes.set(bytes);
  }
}
