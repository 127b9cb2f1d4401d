import type { FrameLayout, Metric, SeriesKey } from '@weir/core/model';

/** How a series becomes a value. */
export const SERIES_COUNTER = 0;
/** Counter of octets; its rate is kept in bits per second. */
export const SERIES_OCTETS = 1;
export const SERIES_GAUGE = 2;
/** Sent when it changes only, so that silence is not staleness. */
export const SERIES_STATUS = 3;

/** Priorities of IEEE 802.1Q, each of which can be paused by itself. */
export const PRIORITIES = 8;

/** `priority`: eight rows for each channel. */
type Row = 'channel' | 'queue' | 'prefix' | 'priority';

const SERIES: Readonly<Record<Metric, { readonly row: Row; readonly kind: number }>> = {
  'in-octets': { row: 'channel', kind: SERIES_OCTETS },
  'out-octets': { row: 'channel', kind: SERIES_OCTETS },
  'in-discards': { row: 'channel', kind: SERIES_COUNTER },
  'out-discards': { row: 'channel', kind: SERIES_COUNTER },
  'in-errors': { row: 'channel', kind: SERIES_COUNTER },
  'out-errors': { row: 'channel', kind: SERIES_COUNTER },
  'out-pkts': { row: 'channel', kind: SERIES_COUNTER },
  'in-pause-frames': { row: 'channel', kind: SERIES_COUNTER },
  'out-pause-frames': { row: 'channel', kind: SERIES_COUNTER },
  'oper-status': { row: 'channel', kind: SERIES_STATUS },
  'queue-transmit-octets': { row: 'queue', kind: SERIES_OCTETS },
  'queue-transmit-pkts': { row: 'queue', kind: SERIES_COUNTER },
  'queue-dropped-pkts': { row: 'queue', kind: SERIES_COUNTER },
  'queue-ecn-marked-pkts': { row: 'queue', kind: SERIES_COUNTER },
  'queue-avg-len': { row: 'queue', kind: SERIES_GAUGE },
  'queue-max-len': { row: 'queue', kind: SERIES_GAUGE },
  'prefix-octets': { row: 'prefix', kind: SERIES_OCTETS },
  'in-pfc-frames': { row: 'priority', kind: SERIES_COUNTER },
  'out-pfc-frames': { row: 'priority', kind: SERIES_COUNTER },
};

/** Half-open range of rows. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

export interface DeviceRows {
  readonly channel: RowRange;
  readonly queue: RowRange;
  readonly prefix: RowRange;
  readonly priority: RowRange;
}

/**
 * Numbers the series: one block of slots per metric, within it the rows in layout order, so that
 * a column of a frame is one contiguous block. Counters by priority are many, and few targets have
 * them: their blocks, the last ones, are there from the first of them on that is asked for.
 */
export class SlotMap {
  /** SERIES_* of each slot that is there. */
  kinds: Uint8Array;
  private readonly firstSlot: Readonly<Record<Metric, number>>;
  private readonly deviceRows: readonly DeviceRows[];

  constructor(private readonly layout: FrameLayout) {
    const first: Partial<Record<Metric, number>> = {};
    let next = 0;
    for (const metric of METRICS_IN_ORDER) {
      first[metric] = next;
      next += this.rowCount(SERIES[metric].row);
    }
    this.firstSlot = first as Record<Metric, number>;
    this.kinds = this.kindsOf(METRICS_IN_ORDER.filter((metric) => !isByPriority(metric)));
    this.deviceRows = rowsByDevice(layout);
  }

  get count(): number {
    return this.kinds.length;
  }

  get hasPriorities(): boolean {
    return this.count > this.firstSlot['in-pfc-frames'];
  }

  /** First slot of the block of a metric; add the row. */
  first(metric: Metric): number {
    return this.firstSlot[metric];
  }

  rowsOf(device: number): DeviceRows {
    const rows = this.deviceRows[device];
    if (rows === undefined) throw new RangeError(`no device ${device} in the layout`);
    return rows;
  }

  resolve(key: SeriesKey): number {
    const series = SERIES[key.metric];
    const row = this.rowOf(series.row, key);
    if (row === undefined) return -1;
    if (series.row === 'priority' && !this.hasPriorities)
      this.kinds = this.kindsOf(METRICS_IN_ORDER);
    return this.firstSlot[key.metric] + row;
  }

  /** Calls back with each block of slots that belongs to the device. */
  forEachBlock(device: number, visit: (from: number, to: number) => void): void {
    const rows = this.rowsOf(device);
    for (const metric of METRICS_IN_ORDER) {
      if (isByPriority(metric) && !this.hasPriorities) continue;
      const range = rows[SERIES[metric].row];
      const first = this.firstSlot[metric];
      if (range.to > range.from) visit(first + range.from, first + range.to);
    }
  }

  private kindsOf(metrics: readonly Metric[]): Uint8Array {
    const counts = metrics.map((metric) => this.rowCount(SERIES[metric].row));
    const kinds = new Uint8Array(counts.reduce((sum, count) => sum + count, 0));
    metrics.forEach((metric, i) => {
      const from = this.firstSlot[metric];
      kinds.fill(SERIES[metric].kind, from, from + (counts[i] as number));
    });
    return kinds;
  }

  private rowCount(row: Row): number {
    if (row === 'channel') return this.layout.channels.length;
    if (row === 'priority') return this.layout.channels.length * PRIORITIES;
    return row === 'queue' ? this.layout.queues.length : this.layout.prefixes.length;
  }

  private rowOf(row: Row, key: SeriesKey): number | undefined {
    if (row === 'channel') return this.layout.channelIndex.get(`${key.device}:${key.interface}`);
    if (row === 'priority') return this.priorityRow(key);
    if (row === 'queue')
      return this.layout.queueIndex.get(`${key.device}:${key.interface}:${key.queue}`);
    return this.layout.prefixIndex.get(`${key.device}|${key.prefix}`);
  }

  private priorityRow({ device, interface: port, queue }: SeriesKey): number | undefined {
    const channel = this.layout.channelIndex.get(`${device}:${port}`);
    return channel === undefined || !/^[0-7]$/.test(queue)
      ? undefined
      : channel * PRIORITIES + Number(queue);
  }
}

const METRICS_IN_ORDER = Object.keys(SERIES) as Metric[];
const isByPriority = (metric: Metric): boolean => SERIES[metric].row === 'priority';

/** Rows of a device are neighbours (see buildLayout); checked here, because masks rely on it. */
function rowsByDevice(layout: FrameLayout): readonly DeviceRows[] {
  const channelDevices = layout.channels.map((channel) => channel.device);
  const queueDevices = layout.queues.map((queue) => channelDevices[queue.channel] ?? -1);
  const prefixDevices = layout.prefixes.map((prefix) => prefix.device);
  const channel = ranges(channelDevices, layout.devices.length);
  const queue = ranges(queueDevices, layout.devices.length);
  const prefix = ranges(prefixDevices, layout.devices.length);
  const none: RowRange = { from: 0, to: 0 };
  return layout.devices.map((_, index) => {
    const { from, to } = channel[index] ?? none;
    return {
      channel: { from, to },
      queue: queue[index] ?? none,
      prefix: prefix[index] ?? none,
      priority: { from: from * PRIORITIES, to: to * PRIORITIES },
    };
  });
}

function ranges(deviceOfRow: readonly number[], devices: number): RowRange[] {
  const found: RowRange[] = Array.from({ length: devices }, () => ({ from: 0, to: 0 }));
  let from = 0;
  const seen = new Set<number>();
  for (let row = 1; row <= deviceOfRow.length; row++) {
    if (row < deviceOfRow.length && deviceOfRow[row] === deviceOfRow[from]) continue;
    const device = deviceOfRow[from] ?? -1;
    if (seen.has(device)) throw new RangeError('rows of a device must be neighbours');
    seen.add(device);
    found[device] = { from, to: row };
    from = row;
  }
  return found;
}
