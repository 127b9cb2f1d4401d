/** Window of the mean and peak depths that queues report, ms. */
const WINDOW_MS = 1000;

/**
 * Mean and peak of the last second of many queues. Each keeps the whole second before and the one
 * that runs; the mean blends them by how much of the running one has passed.
 */
export class DepthWindow {
  private readonly second: Float64Array;
  private readonly area: Float64Array;
  private readonly peak: Float64Array;
  private readonly areaBefore: Float64Array;
  private readonly peakBefore: Float64Array;

  constructor(private readonly cells: number) {
    this.second = new Float64Array(cells);
    this.area = new Float64Array(cells);
    this.peak = new Float64Array(cells);
    this.areaBefore = new Float64Array(cells);
    this.peakBefore = new Float64Array(cells);
  }

  fork(): DepthWindow {
    const copy = new DepthWindow(this.cells);
    copy.second.set(this.second);
    copy.area.set(this.area);
    copy.peak.set(this.peak);
    copy.areaBefore.set(this.areaBefore);
    copy.peakBefore.set(this.peakBefore);
    return copy;
  }

  /** The queue had this depth and peak from one instant to the other. */
  add(cell: number, fromMs: number, toMs: number, depthBytes: number, peakBytes: number): void {
    for (let atMs = fromMs; atMs < toMs;) {
      const second = Math.floor(atMs / WINDOW_MS);
      this.roll(cell, second);
      const endMs = Math.min(toMs, (second + 1) * WINDOW_MS);
      this.area[cell]! += depthBytes * (endMs - atMs);
      if (peakBytes > (this.peak[cell] as number)) this.peak[cell] = peakBytes;
      // Of a long stretch only the last two seconds can still be read.
      const lastMs = (Math.floor(toMs / WINDOW_MS) - 1) * WINDOW_MS;
      atMs = endMs < lastMs ? lastMs : endMs;
    }
  }

  /** A peak that took no time, such as a synchronised start. */
  touch(cell: number, atMs: number, peakBytes: number): void {
    this.roll(cell, Math.floor(atMs / WINDOW_MS));
    if (peakBytes > (this.peak[cell] as number)) this.peak[cell] = peakBytes;
  }

  meanBytes(cell: number, nowMs: number): number {
    this.roll(cell, Math.floor(nowMs / WINDOW_MS));
    const passed = (nowMs % WINDOW_MS) / WINDOW_MS;
    const before = (this.areaBefore[cell] as number) * (1 - passed);
    return (before + (this.area[cell] as number)) / WINDOW_MS;
  }

  peakBytes(cell: number, nowMs: number): number {
    this.roll(cell, Math.floor(nowMs / WINDOW_MS));
    return Math.max(this.peak[cell] as number, this.peakBefore[cell] as number);
  }

  clear(cell: number): void {
    this.area[cell] = this.peak[cell] = this.areaBefore[cell] = this.peakBefore[cell] = 0;
  }

  private roll(cell: number, second: number): void {
    const last = this.second[cell] as number;
    if (last === second) return;
    const next = second === last + 1;
    this.areaBefore[cell] = next ? (this.area[cell] as number) : 0;
    this.peakBefore[cell] = next ? (this.peak[cell] as number) : 0;
    this.area[cell] = 0;
    this.peak[cell] = 0;
    this.second[cell] = second;
  }
}
