import { SERIES_GAUGE, SERIES_OCTETS, SERIES_STATUS } from './slots';

/** What became of the samples, for metrics. */
export interface SeriesFigures {
  /** Samples that were taken. */
  accepted: number;
  /** Repeated or older than what is known already. */
  outdated: number;
  /** Counters that went backwards (reset, wrap, reboot): taken as the new base, no rate. */
  decreased: number;
  /** Device clock stepped against ours: taken as the new base, no rate. */
  clockStepped: number;
}

export interface SeriesLimits {
  /** A value that was not refreshed for this long is unknown, ms of the arrival clock. */
  readonly staleMs: number;
  /** Device time may run ahead of arrival time by this much in one interval, ms. */
  readonly maxClockStepMs: number;
}

const TWO_32 = 4294967296;

/**
 * The state of every series, one typed array per field and no object per sample. Counters are
 * kept as two unsigned 32-bit halves; their difference is exact up to 2^53. `value` is what is
 * known now (a rate per second, bits for octets; or the gauge), NaN when it is not known.
 */
export class SeriesColumns {
  value: Float64Array;
  /** Arrival of the last accepted sample, ms of the monotonic clock; -Infinity for none. */
  arrivedMs: Float64Array;
  readonly figures: SeriesFigures = { accepted: 0, outdated: 0, decreased: 0, clockStepped: 0 };
  private high: Uint32Array;
  private low: Uint32Array;
  /** Device time of the last accepted sample; samples at or before it are not taken. */
  private timeMs: Float64Array;
  /** 1 when high, low and timeMs can serve as the start of an interval. */
  private based: Uint8Array;
  private sweepSlot = 0;
  private sweptMs = -Infinity;

  constructor(
    private kinds: Uint8Array,
    private readonly limits: SeriesLimits,
  ) {
    const count = kinds.length;
    this.value = new Float64Array(count).fill(NaN);
    this.arrivedMs = new Float64Array(count).fill(-Infinity);
    this.high = new Uint32Array(count);
    this.low = new Uint32Array(count);
    this.timeMs = new Float64Array(count).fill(-Infinity);
    this.based = new Uint8Array(count);
  }

  /** Number of series. */
  get count(): number {
    return this.kinds.length;
  }

  /** More series, after those that there are; what is known of these stays. */
  grow(kinds: Uint8Array): void {
    const { value, arrivedMs, high, low, timeMs, based } = this;
    const more = kinds.length - this.kinds.length;
    const unknown = new Float64Array(more).fill(NaN);
    const never = new Float64Array(more).fill(-Infinity);
    this.kinds = kinds;
    this.value = joined(Float64Array, value, unknown);
    this.arrivedMs = joined(Float64Array, arrivedMs, never);
    this.timeMs = joined(Float64Array, timeMs, never);
    this.high = joined(Uint32Array, high, new Uint32Array(more));
    this.low = joined(Uint32Array, low, new Uint32Array(more));
    this.based = joined(Uint8Array, based, new Uint8Array(more));
  }

  /** Bytes of state per series, for the memory figure of the benchmark. */
  static readonly BYTES_PER_SERIES = 8 + 8 + 4 + 4 + 8 + 1 + 1;

  write(slot: number, high: number, low: number, timeMs: number, nowMs: number): void {
    const lastMs = this.timeMs[slot] as number;
    if (!(timeMs > lastMs)) {
      this.writeOutdated(slot, high, low, timeMs, nowMs);
      return;
    }
    const kind = this.kinds[slot] as number;
    if (kind >= SERIES_GAUGE) this.value[slot] = high * TWO_32 + low;
    else if (this.based[slot] === 0) this.value[slot] = NaN;
    else this.value[slot] = this.rate(slot, kind, high, low, timeMs - lastMs, nowMs);
    this.rebase(slot, high, low, timeMs, nowMs);
  }

  /** Unknown from now on; older samples that are still under way do not bring it back. */
  invalidate(slot: number): void {
    this.value[slot] = NaN;
    this.arrivedMs[slot] = -Infinity;
    this.based[slot] = 0;
  }

  /** Forgets a block, time stamps too: what follows comes from another session. */
  reset(from: number, to: number): void {
    this.value.fill(NaN, from, to);
    this.arrivedMs.fill(-Infinity, from, to);
    this.timeMs.fill(-Infinity, from, to);
    this.based.fill(0, from, to);
  }

  /** No interval may span `floorMs` (device time): samples from before it are not taken. */
  rebaseAfter(from: number, to: number, floorMs: number): void {
    this.based.fill(0, from, to);
    for (let slot = from; slot < to; slot++) {
      if (this.kinds[slot] !== SERIES_STATUS) this.value[slot] = NaN;
      if (floorMs > (this.timeMs[slot] as number)) this.timeMs[slot] = floorMs;
    }
  }

  /**
   * Makes values unknown that were not refreshed for `staleMs`. Works through the slots in
   * portions, all of them within half of `staleMs`, so that no frame pays for the whole.
   */
  sweep(nowMs: number): void {
    const count = this.value.length;
    const share = Math.min(1, (nowMs - this.sweptMs) / (this.limits.staleMs / 2));
    this.sweptMs = nowMs;
    let left = Math.ceil(count * share);
    let slot = this.sweepSlot;
    const oldestMs = nowMs - this.limits.staleMs;
    for (; left > 0; left--) {
      if (slot >= count) slot = 0;
      if ((this.arrivedMs[slot] as number) < oldestMs && this.kinds[slot] !== SERIES_STATUS)
        this.value[slot] = NaN;
      slot++;
    }
    this.sweepSlot = slot;
  }

  /** Rate per second, in bits for octets; NaN when the interval does not give one. */
  private rate(
    slot: number,
    kind: number,
    high: number,
    low: number,
    intervalMs: number,
    nowMs: number,
  ): number {
    if (intervalMs - (nowMs - (this.arrivedMs[slot] as number)) > this.limits.maxClockStepMs) {
      this.figures.clockStepped++;
      return NaN;
    }
    const delta =
      (high - (this.high[slot] as number)) * TWO_32 + (low - (this.low[slot] as number));
    if (delta < 0) {
      this.figures.decreased++;
      return NaN;
    }
    return (delta * (kind === SERIES_OCTETS ? 8000 : 1000)) / intervalMs;
  }

  /**
   * A repeated or older time stamp is not taken. The exception is a device clock that was set
   * back: nothing newer came for `staleMs`, so what comes now is the present, and a new base.
   */
  private writeOutdated(
    slot: number,
    high: number,
    low: number,
    timeMs: number,
    nowMs: number,
  ): void {
    const quietMs = nowMs - (this.arrivedMs[slot] as number);
    if (!(timeMs < (this.timeMs[slot] as number)) || !(quietMs > this.limits.staleMs)) {
      this.figures.outdated++;
      return;
    }
    this.figures.clockStepped++;
    const kind = this.kinds[slot] as number;
    this.value[slot] = kind >= SERIES_GAUGE ? high * TWO_32 + low : NaN;
    this.rebase(slot, high, low, timeMs, nowMs);
  }

  private rebase(slot: number, high: number, low: number, timeMs: number, nowMs: number): void {
    this.high[slot] = high;
    this.low[slot] = low;
    this.timeMs[slot] = timeMs;
    this.arrivedMs[slot] = nowMs;
    this.based[slot] = 1;
    this.figures.accepted++;
  }
}

function joined<Column extends Float64Array | Uint32Array | Uint8Array>(
  Columns: new (length: number) => Column,
  before: Column,
  after: Column,
): Column {
  const all = new Columns(before.length + after.length);
  all.set(before);
  all.set(after, before.length);
  return all;
}
