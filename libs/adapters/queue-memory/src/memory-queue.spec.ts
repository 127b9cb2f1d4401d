import { doneReport, eventually, operation, queueContract } from '@weir/conformance';
import type { OperationReport } from '@weir/core/model';
import { MemoryQueue } from './index';

queueContract('memory', async () => {
  const queue = new MemoryQueue();
  return { engine: queue, southbound: queue, dispose: () => queue.close() };
});

describe('MemoryQueue', () => {
  it('keeps reports for a handler that comes late', async () => {
    const queue = new MemoryQueue();
    await queue.work(async (done) => doneReport(done));
    await queue.enqueue(operation('leaf1', 1));
    await eventually('ran', async () => (await queue.depth()) === 0);
    const reports: OperationReport[] = [];
    await queue.onReport((report) => reports.push(report));
    expect(reports).toHaveLength(1);
  });

  it('lets a report handler enqueue the same operation again', async () => {
    const queue = new MemoryQueue();
    let reports = 0;
    await queue.onReport((report) => {
      if (++reports < 3) void queue.enqueue(report.operation);
    });
    await queue.work(async (done) => doneReport(done));
    await queue.enqueue(operation('leaf1', 1));
    await eventually('three runs', () => reports === 3);
  });

  it('starts nothing after close', async () => {
    const queue = new MemoryQueue();
    await queue.enqueue(operation('leaf1', 1));
    await queue.close();
    await queue.work(async (done) => doneReport(done));
    expect(await queue.depth()).toBe(1);
    await expect(queue.enqueue(operation('leaf1', 2))).rejects.toThrow('closed');
  });
});
