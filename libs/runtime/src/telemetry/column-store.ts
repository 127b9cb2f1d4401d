import type {
  DeviceId,
  FrameLayout,
  SeriesKey,
  TelemetryFrame,
  WorkloadSample,
} from '@weir/core/model';
import type { Clock, TelemetrySink, WorkloadSink } from '@weir/core/ports';
import { deriveColumns } from './derive';
import { OPER_UNKNOWN, unknownArrays, type FrameArrays } from './frame-arrays';
import { SeriesColumns, type SeriesFigures, type SeriesLimits } from './series-columns';
import { SlotMap } from './slots';
import { WorkloadBuffer } from './workload-buffer';

export interface ColumnStoreOptions extends SeriesLimits {
  /** Distinct workload series per frame. */
  readonly maxWorkloadSeries: number;
}

const DEFAULTS: ColumnStoreOptions = {
  staleMs: 10_000,
  maxClockStepMs: 60_000,
  maxWorkloadSeries: 10_000,
};

export type StoreFigures = Readonly<SeriesFigures> & { readonly workloadsRefused: number };

/**
 * The newest state of all telemetry as columns: adapters write samples, the engine takes frames.
 * A device counts as known only between `session(synced)` and the next `connecting` or `down`;
 * samples that arrive before the sync is complete are kept and shown once it is.
 *
 * A frame's arrays stay as they are until the frame after the next is taken. `frame()` hands the
 * workload observations over, so it has one caller.
 */
export class ColumnStore implements TelemetrySink, WorkloadSink {
  private readonly slots: SlotMap;
  private readonly series: SeriesColumns;
  private readonly workloads: WorkloadBuffer;
  private readonly synced: Uint8Array;
  private readonly bootTimeNs = new Map<number, bigint>();
  private readonly deviceIndex: ReadonlyMap<DeviceId, number>;
  private readonly buffers: readonly [FrameArrays, FrameArrays];
  private sequence = 0;
  /** Arrival time of the samples that carry `stampMs`: one clock reading per notification. */
  private nowMs = 0;
  private stampMs = NaN;

  constructor(
    readonly layout: FrameLayout,
    private readonly clock: Clock,
    options: Partial<ColumnStoreOptions> = {},
  ) {
    const limits = { ...DEFAULTS, ...options };
    this.slots = new SlotMap(layout);
    this.series = new SeriesColumns(this.slots.kinds, limits);
    this.workloads = new WorkloadBuffer(limits.maxWorkloadSeries);
    this.synced = new Uint8Array(layout.devices.length);
    this.deviceIndex = new Map(layout.devices.map((device, index) => [device, index]));
    this.buffers = [unknownArrays(layout), unknownArrays(layout)];
  }

  /** Number of series. */
  get size(): number {
    return this.slots.count;
  }

  resolve(key: SeriesKey): number {
    const slot = this.slots.resolve(key);
    if (this.slots.count > this.series.count) this.series.grow(this.slots.kinds);
    return slot;
  }

  /** `oper-status` is written as 1 (up), 0 (down) or 2 (unknown) in `low`. */
  write(slot: number, high: number, low: number, deviceTimeMs: number): void {
    if (slot < 0) return;
    if (deviceTimeMs !== this.stampMs) {
      this.nowMs = this.clock.monotonicMs();
      this.stampMs = deviceTimeMs;
    }
    this.series.write(slot, high, low, deviceTimeMs, this.nowMs);
  }

  invalidate(slot: number): void {
    if (slot >= 0) this.series.invalidate(slot);
  }

  session(device: DeviceId, state: 'connecting' | 'synced' | 'down', _detail: string): void {
    const index = this.deviceIndex.get(device);
    if (index === undefined) return;
    if (state === 'synced') {
      this.synced[index] = 1;
      return;
    }
    this.synced[index] = 0;
    this.slots.forEachBlock(index, (from, to) => this.series.reset(from, to));
  }

  rebooted(device: DeviceId, bootTimeNs: bigint): void {
    const index = this.deviceIndex.get(device);
    if (index === undefined || this.bootTimeNs.get(index) === bootTimeNs) return;
    this.bootTimeNs.set(index, bootTimeNs);
    const floorMs = Number(bootTimeNs / 1_000_000n);
    this.slots.forEachBlock(index, (from, to) => this.series.rebaseAfter(from, to, floorMs));
  }

  observe(sample: Omit<WorkloadSample, 'ageMs'>): void {
    this.workloads.add(sample, this.clock.monotonicMs());
  }

  frame(): TelemetryFrame {
    const nowMs = this.clock.monotonicMs();
    this.stampMs = NaN;
    this.sequence++;
    const arrays = this.buffers[(this.sequence & 1) as 0 | 1];
    this.series.sweep(nowMs);
    deriveColumns(arrays, this.series, this.slots, nowMs);
    for (let device = 0; device < this.synced.length; device++) this.markDevice(arrays, device);
    return {
      sequence: this.sequence,
      atMs: nowMs,
      layout: this.layout,
      ...arrays,
      workloads: this.workloads.drain(nowMs),
    };
  }

  figures(): StoreFigures {
    return { ...this.series.figures, workloadsRefused: this.workloads.refused };
  }

  /** Device columns; and a device that is not in sync is unknown in every column. */
  private markDevice(arrays: FrameArrays, device: number): void {
    const rows = this.slots.rowsOf(device);
    const synced = this.synced[device] as number;
    arrays.devices.synced[device] = synced;
    let ageMs = Infinity;
    for (let row = rows.channel.from; row < rows.channel.to; row++)
      ageMs = Math.min(ageMs, arrays.channels.ageMs[row] as number);
    arrays.devices.ageMs[device] = ageMs;
    if (synced === 1) return;
    arrays.channels.operStatus.fill(OPER_UNKNOWN, rows.channel.from, rows.channel.to);
    for (const table of ['channels', 'queues', 'prefixes'] as const) {
      const range =
        rows[table === 'channels' ? 'channel' : table === 'queues' ? 'queue' : 'prefix'];
      for (const column of Object.values<Float64Array | Uint8Array>(arrays[table]))
        if (column instanceof Float64Array && column !== arrays[table].ageMs)
          column.fill(NaN, range.from, range.to);
    }
  }
}
