import { MemoryQueue } from '@weir/adapter-queue-memory';
import type { DeviceOperation, OperationReport } from '@weir/core/model';
import type { OperationQueue } from '@weir/core/ports';
import type { VirtualTime } from '@weir/sim';
import type { Gate } from './gate';

/** What a queue does to one message: delays, ms, of each delivery; none is a loss. */
export interface QueueFaults {
  delivery: (operation: DeviceOperation) => readonly number[];
  report: (report: OperationReport) => readonly number[];
}

const AT_ONCE: readonly number[] = [0];

export const reliableQueue = (): QueueFaults => ({
  delivery: () => AT_ONCE,
  report: () => AT_ONCE,
});

/**
 * The queue of a process, within the rules of the port: at least once, in order for each device,
 * reports perhaps late, twice, or never.
 */
export class SwarmQueue implements OperationQueue {
  private readonly inner = new MemoryQueue();
  /** Newest operation of each device, and when it is delivered: a line is never overtaken. */
  private readonly newest = new Map<string, { readonly id: string; readonly atMs: number }>();

  constructor(
    private readonly time: VirtualTime,
    private readonly gate: Gate,
    private readonly faults: QueueFaults,
  ) {}

  async enqueue(operation: DeviceOperation): Promise<void> {
    const { device, id } = operation;
    const { nowMs } = this.time;
    const earliestMs = this.newest.get(device)?.atMs ?? 0;
    const [firstMs = 0, ...againMs] = this.faults.delivery(operation);
    const atMs = Math.max(earliestMs, nowMs + firstMs);
    this.newest.set(device, { id, atMs });
    for (const delayMs of againMs)
      this.later(atMs - nowMs + delayMs, () => {
        // What is behind it in the line has not begun, or else it would be too late for it.
        if (this.newest.get(device)?.id === id) this.deliver(operation);
      });
    if (atMs <= nowMs) await this.inner.enqueue(operation);
    else
      this.later(atMs - nowMs, () => {
        this.deliver(operation);
      });
  }

  private deliver(operation: DeviceOperation): void {
    // What arrives at a queue that was closed meanwhile is lost, as with its process.
    this.inner.enqueue(operation).catch(() => undefined);
  }

  async onReport(handler: (report: OperationReport) => void): Promise<void> {
    await this.inner.onReport((report) => {
      for (const delayMs of this.faults.report(report))
        this.later(delayMs, () => {
          handler(report);
        });
    });
  }

  work(execute: (operation: DeviceOperation) => Promise<OperationReport>): Promise<void> {
    return this.inner.work(execute);
  }

  depth(): Promise<number> {
    return this.inner.depth();
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  private later(delayMs: number, task: () => void): void {
    const gated = (): void => {
      this.gate.pass(task);
    };
    if (delayMs === 0) gated();
    else this.time.after(delayMs, gated);
  }
}
