import type { Metric } from '@weir/core/model';
import { OPER_UNKNOWN, type FrameArrays } from './frame-arrays';
import type { SeriesColumns } from './series-columns';
import { PRIORITIES, type SlotMap } from './slots';

/** Packet size that stands in where a target counts octets but no packets. */
const ASSUMED_PACKET_BITS = 1500 * 8;

/** Fills the arrays of a frame from the series; rows of devices out of sync are masked later. */
export function deriveColumns(
  arrays: FrameArrays,
  series: SeriesColumns,
  slots: SlotMap,
  nowMs: number,
): void {
  deriveChannels(arrays, series, slots, nowMs);
  deriveQueues(arrays, series, slots, nowMs);
  const { txBps, ageMs } = arrays.prefixes;
  const first = slots.first('prefix-octets');
  txBps.set(series.value.subarray(first, first + txBps.length));
  ages(ageMs, series.arrivedMs, [first], nowMs);
}

function deriveChannels(
  arrays: FrameArrays,
  series: SeriesColumns,
  slots: SlotMap,
  nowMs: number,
): void {
  const { txBps, rxBps, lossRatio, inErrorRatio, operStatus, ageMs } = arrays.channels;
  const count = txBps.length;
  const column = (metric: Metric): Float64Array =>
    series.value.subarray(slots.first(metric), slots.first(metric) + count);
  txBps.set(column('out-octets'));
  rxBps.set(column('in-octets'));
  const discards = column('out-discards');
  const errors = column('out-errors');
  const packets = column('out-pkts');
  const damaged = column('in-errors');
  const status = column('oper-status');
  for (let row = 0; row < count; row++) {
    lossRatio[row] = channelLoss(
      discards[row] as number,
      errors[row] as number,
      known(packets[row] as number, (txBps[row] as number) / ASSUMED_PACKET_BITS),
    );
    const bad = damaged[row] as number;
    inErrorRatio[row] = share(bad, bad + (rxBps[row] as number) / ASSUMED_PACKET_BITS);
    const state = status[row] as number;
    operStatus[row] = state === 0 || state === 1 ? state : OPER_UNKNOWN;
  }
  derivePauses(arrays, series, slots);
  ages(ageMs, series.arrivedMs, [slots.first('out-octets'), slots.first('out-pkts')], nowMs);
}

function derivePauses({ channels }: FrameArrays, series: SeriesColumns, slots: SlotMap): void {
  const { value } = series;
  for (const [out, all, each] of [
    [channels.pauseRxPps, 'in-pause-frames', 'in-pfc-frames'],
    [channels.pauseTxPps, 'out-pause-frames', 'out-pfc-frames'],
  ] as const) {
    const first = slots.first(all);
    out.set(value.subarray(first, first + out.length));
    if (!slots.hasPriorities) continue;
    let slot = slots.first(each);
    for (let row = 0; row < out.length; row++)
      for (let priority = 0; priority < PRIORITIES; priority++, slot++)
        out[row] = sumOfKnown(out[row] as number, value[slot] as number);
  }
}

/** What a target does not count adds nothing; where it counts neither, the sum is unknown. */
const sumOfKnown = (a: number, b: number): number => (a !== a ? b : b !== b ? a : a + b);

function deriveQueues(
  arrays: FrameArrays,
  series: SeriesColumns,
  slots: SlotMap,
  nowMs: number,
): void {
  const { txBps, depthBytes, peakDepthBytes, lossRatio, markRatio, ageMs } = arrays.queues;
  const count = txBps.length;
  const column = (metric: Metric): Float64Array =>
    series.value.subarray(slots.first(metric), slots.first(metric) + count);
  txBps.set(column('queue-transmit-octets'));
  depthBytes.set(column('queue-avg-len'));
  peakDepthBytes.set(column('queue-max-len'));
  const dropped = column('queue-dropped-pkts');
  const marked = column('queue-ecn-marked-pkts');
  const packets = column('queue-transmit-pkts');
  for (let row = 0; row < count; row++) {
    const sent = known(packets[row] as number, (txBps[row] as number) / ASSUMED_PACKET_BITS);
    const lost = dropped[row] as number;
    lossRatio[row] = share(lost, lost + sent);
    markRatio[row] = share(marked[row] as number, sent);
  }
  const primary = [
    slots.first('queue-transmit-octets'),
    slots.first('queue-transmit-pkts'),
    slots.first('queue-avg-len'),
  ];
  ages(ageMs, series.arrivedMs, primary, nowMs);
}

/** Where a target has only one of the two counters, the loss that is known is what counts. */
function channelLoss(discards: number, errors: number, packets: number): number {
  if (discards !== discards) return share(errors, packets);
  if (errors !== errors) return share(discards, packets + discards);
  return share(discards + errors, packets + discards);
}

const known = (value: number, fallback: number): number => (value === value ? value : fallback);

/** part / whole within 0..1; an idle interface loses nothing; NaN when either is unknown. */
function share(part: number, whole: number): number {
  if (part === 0 && whole === 0) return 0;
  const ratio = part / whole;
  return ratio > 1 ? 1 : ratio;
}

/** Age of the first series of a row that the target ever sent. */
function ages(
  out: Float64Array,
  arrivedMs: Float64Array,
  firstSlots: readonly number[],
  nowMs: number,
): void {
  const first = firstSlots[0] as number;
  for (let row = 0; row < out.length; row++) {
    let arrived = arrivedMs[first + row] as number;
    for (let i = 1; arrived === -Infinity && i < firstSlots.length; i++)
      arrived = arrivedMs[(firstSlots[i] as number) + row] as number;
    out[row] = nowMs - arrived;
  }
}
