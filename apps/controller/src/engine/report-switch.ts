import type { OperationReport } from '@weir/core/model';
import type { OperationQueue } from '@weir/core/ports';

/**
 * The queue as one engine after the other sees it: reports go to the newest handler, so that an
 * engine that was replaced at a reload hears nothing more.
 */
export class ReportSwitch implements OperationQueue {
  private handler: ((report: OperationReport) => void) | null = null;
  private listening: Promise<void> | null = null;

  constructor(private readonly queue: OperationQueue) {}

  enqueue: OperationQueue['enqueue'] = (operation) => this.queue.enqueue(operation);
  work: OperationQueue['work'] = (execute) => this.queue.work(execute);
  depth: OperationQueue['depth'] = () => this.queue.depth();
  close: OperationQueue['close'] = () => this.queue.close();

  async onReport(handler: (report: OperationReport) => void): Promise<void> {
    this.handler = handler;
    this.listening ??= this.queue.onReport((report) => {
      this.handler?.(report);
    });
    await this.listening;
  }
}
