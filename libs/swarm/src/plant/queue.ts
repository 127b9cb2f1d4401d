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

  constructor(
    private readonly time: VirtualTime,
    private readonly gate: Gate,
    private readonly faults: QueueFaults,
  ) {}

  async enqueue(operation: DeviceOperation): Promise<void> {
    for (const delayMs of this.faults.delivery(operation))
      if (delayMs === 0) await this.inner.enqueue(operation);
      else
        this.later(delayMs, () => {
          // What arrives at a queue that was closed meanwhile is lost, as with its process.
          this.inner.enqueue(operation).catch(() => undefined);
        });
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
