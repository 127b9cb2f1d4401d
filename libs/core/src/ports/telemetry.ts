import type { DeviceId, SeriesKey, WorkloadSample } from '../model';

/**
 * Where decoded samples go: one slot per series, no object per sample. Implemented by the column
 * store of libs/runtime; called by telemetry adapters.
 */
export interface TelemetrySink {
  /** Slot of a series, or -1 when nobody wants it. Stable while the topology revision is. */
  resolve(key: SeriesKey): number;
  /**
   * One sample: value = high * 2^32 + low (unsigned halves), device time in ms (fraction kept).
   * Counters become rates inside; a decrease, a repeated or an older time stamp gives no rate.
   */
  write(slot: number, high: number, low: number, deviceTimeMs: number): void;
  /** The target deleted the leaf: unknown from now on, not zero. */
  invalidate(slot: number): void;
  /** Session state: `synced` after sync_response; `down` makes all series of the device unknown. */
  session(device: DeviceId, state: 'connecting' | 'synced' | 'down', detail: string): void;
  /** The device restarted: rates over the gap are not formed. */
  rebooted(device: DeviceId, bootTimeNs: bigint): void;
}

export interface WorkloadSink {
  /** Observations since the last report of the same sender. */
  observe(sample: Omit<WorkloadSample, 'ageMs'>): void;
}

/** A running source of telemetry: gNMI Subscribe, OTLP, ... */
export interface TelemetrySource {
  start(): Promise<void>;
  stop(): Promise<void>;
}
