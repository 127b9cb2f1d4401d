import type { TelemetryFrame, WorkloadSample } from '@weir/core/model';
import type { Clock } from '@weir/core/ports';

/** Frames that may arrive before the engine takes one; beyond this, observations are shed. */
const MAX_PENDING_SAMPLES = 100_000;

interface Pending {
  readonly sample: WorkloadSample;
  readonly arrivedMs: number;
}

/**
 * Engine side of the broadcast from ingest: keeps the newest frame and adds up the workload
 * observations of all frames since the last `take`. The two processes have different monotonic
 * clocks, so ages count on from the arrival here.
 */
export class FrameInbox {
  private newest: TelemetryFrame | null = null;
  private arrivedMs = 0;
  private takenMs = 0;
  private pending: Pending[] = [];
  /** Observations dropped because the engine took no frame for long. */
  shed = 0;

  constructor(private readonly clock: Clock) {}

  accept(frame: TelemetryFrame): void {
    this.newest = frame;
    this.arrivedMs = this.takenMs = this.clock.monotonicMs();
    for (const sample of frame.workloads) {
      if (this.pending.length < MAX_PENDING_SAMPLES)
        this.pending.push({ sample, arrivedMs: this.arrivedMs });
      else this.shed++;
    }
  }

  /** Newest frame with ages as of now; null before the first one. */
  take(): TelemetryFrame | null {
    if (this.newest === null) return null;
    const nowMs = this.clock.monotonicMs();
    this.addAge(this.newest, nowMs - this.takenMs);
    this.takenMs = nowMs;
    const workloads = this.pending.map(({ sample, arrivedMs }) => ({
      ...sample,
      ageMs: sample.ageMs + nowMs - arrivedMs,
    }));
    this.pending = [];
    return { ...this.newest, atMs: nowMs, workloads };
  }

  /** The inbox owns the arrays of a decoded frame, so they can be aged in place. */
  private addAge(frame: TelemetryFrame, elapsedMs: number): void {
    if (elapsedMs === 0) return;
    for (const table of [frame.channels, frame.queues, frame.prefixes, frame.devices])
      for (let row = 0; row < table.ageMs.length; row++)
        table.ageMs[row] = (table.ageMs[row] as number) + elapsedMs;
  }
}
