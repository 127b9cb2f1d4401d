import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { DeviceOperation, OperationReport } from '@weir/core/model';
import {
  describeWithRedis,
  doneReport,
  eventually,
  gate,
  operation,
  queueContract,
  runTypescript,
} from '@weir/conformance';
import { BullQueue } from './index';

describeWithRedis('bullmq queue', (redis) => {
  let prefix: string;
  const opened: BullQueue[] = [];
  const open = (): BullQueue => {
    const queue = new BullQueue({ url: redis().url, prefix, checkMs: 200, lockMs: 1_000 });
    opened.push(queue);
    return queue;
  };
  beforeEach(() => (prefix = `weir-${randomUUID()}`));
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((queue) => queue.close()));
  });

  queueContract('bullmq', async () => ({
    engine: open(),
    southbound: open(),
    dispose: async () => undefined,
  }));

  it('keeps the order of a device over several southbound processes', async () => {
    const engine = open();
    const reports: string[] = [];
    await engine.onReport((report) => reports.push(report.operation.id));
    let running = 0;
    let overlapped = false;
    for (let i = 0; i < 3; i++)
      await open().work(async (done) => {
        overlapped ||= ++running > 1;
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        return doneReport(done);
      });
    const attempts = Array.from({ length: 30 }, (_, i) => operation('leaf1', i + 1));
    await Promise.all(attempts.map((attempt) => engine.enqueue(attempt)));
    await eventually('all reports', () => reports.length === 30);
    expect(overlapped).toBe(false);
    expect(reports).toEqual(attempts.map((attempt) => attempt.id));
  });

  it('gives an engine that was restarted the reports that came meanwhile, and only those', async () => {
    const first = open();
    const seen: string[] = [];
    await first.onReport((report) => seen.push(report.operation.id));
    const southbound = open();
    await southbound.work(async (done) => doneReport(done));
    await first.enqueue(operation('leaf1', 1));
    await eventually('first report', () => seen.length === 1);
    await first.enqueue(operation('leaf1', 2));
    await first.close();
    await eventually('ran', async () => (await southbound.depth()) === 0);
    const later: string[] = [];
    await open().onReport((report) => later.push(report.operation.id));
    const expected = seen.length === 1 ? [operation('leaf1', 2).id] : [];
    await eventually('missed reports', () => later.length === expected.length);
    expect(later).toEqual(expected);
  });

  it("takes a new leader's operation of the same id instead of the old one's", async () => {
    const old = open();
    const leader = open();
    const reports: OperationReport[] = [];
    await leader.onReport((report) => reports.push(report));
    await old.enqueue(operation('leaf1', 1, { epoch: 1 }));
    await leader.enqueue(operation('leaf1', 1, { epoch: 2 }));
    const ran: number[] = [];
    await open().work(async (done) => {
      ran.push(done.epoch);
      return doneReport(done);
    });
    await eventually('report', () => reports.length > 0);
    await eventually('empty', async () => (await leader.depth()) === 0);
    expect(ran).toEqual([2]);
    expect(reports.map((report) => [report.operation.epoch, report.outcome])).toEqual([
      [2, 'done'],
    ]);
  });

  it('runs the new operation after the old one when that had begun', async () => {
    const engine = open();
    const reports: OperationReport[] = [];
    await engine.onReport((report) => reports.push(report));
    const hold = gate();
    const begun: DeviceOperation[] = [];
    await open().work(async (done) => {
      begun.push(done);
      await hold.opened;
      return doneReport(done);
    });
    await engine.enqueue(operation('leaf1', 1, { epoch: 1 }));
    await eventually('begun', () => begun.length === 1);
    await engine.enqueue(operation('leaf1', 1, { epoch: 2 }));
    hold.open();
    await eventually('both reports', () => reports.length === 2);
    expect(reports.map((report) => report.operation.epoch)).toEqual([1, 2]);
  });

  it('gives the operations of a killed worker to another one, the order kept', async () => {
    const engine = open();
    const reports: string[] = [];
    await engine.onReport((report) => reports.push(report.operation.id));
    const doomed = runTypescript(join(__dirname, 'begin-forever.contract-run.ts'), [
      redis().url,
      prefix,
    ]);
    for (let attempt = 1; attempt <= 3; attempt++) {
      await engine.enqueue(operation('leaf1', attempt));
      await engine.enqueue(operation('leaf2', attempt));
    }
    await eventually('two begun', () => doomed.lines.length === 2, 30_000);
    doomed.process.kill('SIGKILL');
    await doomed.ended;
    await open().work(async (done) => doneReport(done));
    await eventually('all reports', () => reports.length >= 6, 30_000);
    for (const device of ['leaf1', 'leaf2']) {
      const own = reports.filter((id) => id.includes(device));
      expect(own).toEqual([1, 2, 3].map((attempt) => operation(device, attempt).id));
    }
  }, 60_000);

  it('makes open operations again when Redis was flushed', async () => {
    const engine = open();
    const reports: OperationReport[] = [];
    await engine.onReport((report) => reports.push(report));
    await engine.enqueue(operation('leaf1', 1));
    await engine.enqueue(operation('leaf2', 1));
    const admin = new Redis(redis().url);
    await eventually('generation known', () => admin.exists(`${prefix}:operations:generation`));
    await admin.flushall();
    admin.disconnect();
    await open().work(async (done) => doneReport(done));
    await eventually('both reports', () => reports.length >= 2);
    expect(reports.map((report) => report.operation.device).sort()).toEqual(['leaf1', 'leaf2']);
  });
});

describeWithRedis('bullmq queue and a server in trouble', (redis) => {
  it('goes on after a crash of Redis', async () => {
    const options = { url: redis().url, prefix: 'crash', checkMs: 200, lockMs: 1_000 };
    const engine = new BullQueue(options);
    const southbound = new BullQueue(options);
    const reports: OperationReport[] = [];
    await engine.onReport((report) => reports.push(report));
    await southbound.work(async (done) => doneReport(done));
    await engine.enqueue(operation('leaf1', 1));
    await eventually('before', () => reports.length === 1);
    await redis().kill();
    const enqueued = engine.enqueue(operation('leaf1', 2));
    await redis().start();
    await enqueued;
    await eventually('after', () => reports.length >= 2);
    expect(reports.at(-1)?.operation.id).toBe(operation('leaf1', 2).id);
    await Promise.all([engine.close(), southbound.close()]);
  });
});
