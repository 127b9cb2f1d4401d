import type { FrameLayout, Metric, SeriesKey } from '@weir/core/model';

/** How a series becomes a value. */
export const SERIES_COUNTER = 0;
/** Counter of octets; its rate is kept in bits per second. */
export const SERIES_OCTETS = 1;
export const SERIES_GAUGE = 2;
/** Sent when it changes only, so that silence is not staleness. */
export const SERIES_STATUS = 3;

type Row = 'channel' | 'queue' | 'prefix';

const SERIES: Readonly<Record<Metric, { readonly row: Row; readonly kind: number }>> = {
  'in-octets': { row: 'channel', kind: SERIES_OCTETS },
  'out-octets': { row: 'channel', kind: SERIES_OCTETS },
  'in-discards': { row: 'channel', kind: SERIES_COUNTER },
  'out-discards': { row: 'channel', kind: SERIES_COUNTER },
  'in-errors': { row: 'channel', kind: SERIES_COUNTER },
  'out-errors': { row: 'channel', kind: SERIES_COUNTER },
  'out-pkts': { row: 'channel', kind: SERIES_COUNTER },
  'oper-status': { row: 'channel', kind: SERIES_STATUS },
  'queue-transmit-octets': { row: 'queue', kind: SERIES_OCTETS },
  'queue-transmit-pkts': { row: 'queue', kind: SERIES_COUNTER },
  'queue-dropped-pkts': { row: 'queue', kind: SERIES_COUNTER },
  'queue-ecn-marked-pkts': { row: 'queue', kind: SERIES_COUNTER },
  'queue-avg-len': { row: 'queue', kind: SERIES_GAUGE },
  'queue-max-len': { row: 'queue', kind: SERIES_GAUGE },
  'prefix-octets': { row: 'prefix', kind: SERIES_OCTETS },
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
}

/**
 * Numbers the series: one block of slots per metric, within it the rows in layout order, so that
 * a column of a frame is one contiguous block.
 */
export class SlotMap {
  readonly count: number;
  /** SERIES_* of each slot. */
  readonly kinds: Uint8Array;
  private readonly firstSlot: Readonly<Record<Metric, number>>;
  private readonly deviceRows: readonly DeviceRows[];

  constructor(private readonly layout: FrameLayout) {
    const first: Partial<Record<Metric, number>> = {};
    let next = 0;
    const metrics = Object.keys(SERIES) as Metric[];
    for (const metric of metrics) {
      first[metric] = next;
      next += this.rowCount(SERIES[metric].row);
    }
    this.firstSlot = first as Record<Metric, number>;
    this.count = next;
    this.kinds = new Uint8Array(next);
    for (const metric of metrics) {
      const from = this.firstSlot[metric];
      this.kinds.fill(SERIES[metric].kind, from, from + this.rowCount(SERIES[metric].row));
    }
    this.deviceRows = rowsByDevice(layout);
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
    return row === undefined ? -1 : this.firstSlot[key.metric] + row;
  }

  /** Calls back with each block of slots that belongs to the device. */
  forEachBlock(device: number, visit: (from: number, to: number) => void): void {
    const rows = this.rowsOf(device);
    for (const metric of Object.keys(SERIES) as Metric[]) {
      const range = rows[SERIES[metric].row];
      const first = this.firstSlot[metric];
      if (range.to > range.from) visit(first + range.from, first + range.to);
    }
  }

  private rowCount(row: Row): number {
    if (row === 'channel') return this.layout.channels.length;
    return row === 'queue' ? this.layout.queues.length : this.layout.prefixes.length;
  }

  private rowOf(row: Row, key: SeriesKey): number | undefined {
    if (row === 'channel') return this.layout.channelIndex.get(`${key.device}:${key.interface}`);
    if (row === 'queue')
      return this.layout.queueIndex.get(`${key.device}:${key.interface}:${key.queue}`);
    return this.layout.prefixIndex.get(`${key.device}|${key.prefix}`);
  }
}

/** Rows of a device are neighbours (see buildLayout); checked here, because masks rely on it. */
function rowsByDevice(layout: FrameLayout): readonly DeviceRows[] {
  const channelDevices = layout.channels.map((channel) => channel.device);
  const queueDevices = layout.queues.map((queue) => channelDevices[queue.channel] ?? -1);
  const prefixDevices = layout.prefixes.map((prefix) => prefix.device);
  const channel = ranges(channelDevices, layout.devices.length);
  const queue = ranges(queueDevices, layout.devices.length);
  const prefix = ranges(prefixDevices, layout.devices.length);
  const none: RowRange = { from: 0, to: 0 };
  return layout.devices.map((_, index) => ({
    channel: channel[index] ?? none,
    queue: queue[index] ?? none,
    prefix: prefix[index] ?? none,
  }));
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
