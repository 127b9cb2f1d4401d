import { changeId, deviceId, type DeviceOperation, type OperationReport } from '@weir/core/model';
import type { OperationQueue } from '@weir/core/ports';
import { eventually, gate } from './eventually';

/** `engine` and `southbound` may be the same object, or two ends of one queue. */
export interface QueueHarness {
  readonly engine: OperationQueue;
  readonly southbound: OperationQueue;
  dispose(): Promise<void>;
}

export function operation(
  device: string,
  attempt: number,
  overrides: Partial<DeviceOperation> = {},
): DeviceOperation {
  return {
    id: `chg-1/${device}/commit/${attempt}`,
    changeId: changeId('chg-1'),
    device: deviceId(device),
    verb: 'commit',
    epoch: 1,
    leaves: [],
    commitId: `weir-chg-1-${device}`,
    rollbackMs: 0,
    timeoutMs: 1_000,
    ...overrides,
  };
}

export const doneReport = (done: DeviceOperation): OperationReport => ({
  operation: done,
  outcome: 'done',
  code: null,
  message: '',
  readBack: [],
  image: null,
  commitConfirmed: null,
  sentMs: 1,
});

export function queueContract(name: string, make: () => Promise<QueueHarness>): void {
  describe(`operation queue contract: ${name}`, () => {
    let harness: QueueHarness;
    const reports: OperationReport[] = [];
    const reported = (count: number): Promise<true> =>
      eventually(`${count} reports`, () => reports.length >= count || null);
    beforeEach(async () => {
      reports.length = 0;
      harness = await make();
      await harness.engine.onReport((report) => reports.push(report));
    });
    afterEach(() => harness.dispose());

    it('runs an operation and reports it with an image intact', async () => {
      const image = new Map<string, string | number | boolean>([
        ['/a/b[name=x]/config/c', '18446744073709551615'],
        ['/a/b[name=x]/config/d', 7],
        ['/a/b[name=x]/config/e', true],
      ]);
      await harness.southbound.work(async (done) => ({ ...doneReport(done), image }));
      await harness.engine.enqueue(operation('leaf1', 1));
      await reported(1);
      expect(reports[0]?.operation).toEqual(operation('leaf1', 1));
      expect(reports[0]?.outcome).toBe('done');
      expect(reports[0]?.image).toEqual(image);
      await eventually('nothing left', async () => (await harness.engine.depth()) === 0);
    });

    it('holds operations until somebody works', async () => {
      await harness.engine.enqueue(operation('leaf1', 1));
      await harness.engine.enqueue(operation('leaf2', 1));
      expect(await harness.engine.depth()).toBe(2);
      await harness.southbound.work(async (done) => doneReport(done));
      await reported(2);
    });

    it('keeps the order of each device, one at a time', async () => {
      const running = new Map<string, number>();
      const ran: string[] = [];
      let overlapped = false;
      await harness.southbound.work(async (done) => {
        const now = (running.get(done.device) ?? 0) + 1;
        running.set(done.device, now);
        overlapped ||= now > 1;
        await new Promise((resolve) => setImmediate(resolve));
        ran.push(done.id);
        running.set(done.device, now - 1);
        return doneReport(done);
      });
      const devices = ['leaf1', 'leaf2', 'leaf3'];
      for (let attempt = 1; attempt <= 10; attempt++)
        for (const device of devices) await harness.engine.enqueue(operation(device, attempt));
      await reported(30);
      expect(overlapped).toBe(false);
      for (const device of devices) {
        const own = ran.filter((id) => id.includes(`/${device}/`));
        expect(own).toEqual(Array.from({ length: 10 }, (_, i) => operation(device, i + 1).id));
      }
    });

    it('runs different devices side by side', async () => {
      const both = gate();
      let started = 0;
      await harness.southbound.work(async (done) => {
        if (++started === 2) both.open();
        await both.opened;
        return doneReport(done);
      });
      await harness.engine.enqueue(operation('leaf1', 1));
      await harness.engine.enqueue(operation('leaf2', 1));
      await reported(2);
    });

    duplicates(() => harness, reports, reported);
    epochs(() => harness, reports, reported);

    it('reports an executor that threw as unknown, and goes on', async () => {
      await harness.southbound.work((done) =>
        done.device === 'leaf1'
          ? Promise.reject(new Error('defect'))
          : Promise.resolve(doneReport(done)),
      );
      await harness.engine.enqueue(operation('leaf1', 1));
      await harness.engine.enqueue(operation('leaf2', 1));
      await reported(2);
      const bad = reports.find((report) => report.operation.device === 'leaf1');
      expect(bad).toMatchObject({ outcome: 'unknown', code: 'internal' });
      expect(bad?.message).toContain('defect');
    });

    it('lets the running operation end when it is closed', async () => {
      const hold = gate();
      let ended = false;
      const started = gate();
      await harness.southbound.work(async (done) => {
        started.open();
        await hold.opened;
        ended = true;
        return doneReport(done);
      });
      await harness.engine.enqueue(operation('leaf1', 1));
      await started.opened;
      const closed = harness.southbound.close();
      hold.open();
      await closed;
      expect(ended).toBe(true);
    });
  });
}

type Reported = (count: number) => Promise<true>;

function duplicates(
  current: () => QueueHarness,
  reports: readonly OperationReport[],
  reported: Reported,
): void {
  it('makes a pending operation once, and a finished one again', async () => {
    const harness = current();
    const hold = gate();
    let runs = 0;
    await harness.southbound.work(async (done) => {
      runs++;
      await hold.opened;
      return doneReport(done);
    });
    for (let i = 0; i < 3; i++) await harness.engine.enqueue(operation('leaf1', 1));
    await eventually('first run', () => runs === 1);
    await harness.engine.enqueue(operation('leaf1', 1));
    await harness.engine.enqueue(operation('leaf1', 2));
    hold.open();
    await reported(2);
    expect(reports.map((report) => report.operation.id)).toEqual([
      operation('leaf1', 1).id,
      operation('leaf1', 2).id,
    ]);
    expect(runs).toBe(2);
    await eventually('queue empty', async () => (await harness.engine.depth()) === 0);
    await harness.engine.enqueue(operation('leaf1', 1));
    await reported(3);
    expect(runs).toBe(3);
  });
}

function epochs(
  current: () => QueueHarness,
  reports: readonly OperationReport[],
  reported: Reported,
): void {
  it('refuses operations of an older leader without running them', async () => {
    const harness = current();
    const ran: number[] = [];
    await harness.engine.enqueue(operation('leaf1', 1, { epoch: 6 }));
    await harness.engine.enqueue(operation('leaf2', 1, { epoch: 7 }));
    await harness.engine.enqueue(operation('leaf2', 2, { epoch: 6 }));
    await harness.southbound.work(async (done) => {
      ran.push(done.epoch);
      return doneReport(done);
    });
    await reported(3);
    expect(ran).toEqual([7]);
    const refused = reports.filter((report) => report.outcome === 'refused');
    expect(refused).toHaveLength(2);
    for (const report of refused)
      expect(report).toMatchObject({ code: 'fencing-epoch-stale', sentMs: null, readBack: null });
  });
}
