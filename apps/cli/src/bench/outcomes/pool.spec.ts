import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessWorker, runPool, type Worker } from './pool';

/** Answers when it is told to, so that the order of events is the test's. */
class HeldWorker implements Worker<number, string> {
  static running: { task: number; finish: () => void; fail: () => void }[] = [];
  closed = false;
  run(task: number): Promise<string> {
    return new Promise((resolve, reject) => {
      HeldWorker.running.push({
        task,
        finish: () => resolve(`done ${task}`),
        fail: () => reject(new Error(`failed ${task}`)),
      });
    });
  }
  close(): void {
    this.closed = true;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('runPool', () => {
  it('keeps every worker busy, replaces one that failed, and loses no task', async () => {
    const workers: HeldWorker[] = [];
    const results: string[] = [];
    const failures: string[] = [];
    HeldWorker.running = [];
    const all = runPool(
      [1, 2, 3, 4],
      2,
      () => {
        const worker = new HeldWorker();
        workers.push(worker);
        return worker;
      },
      {
        done: (task, result) => results.push(`${task}: ${result}`),
        failed: (task, error) => failures.push(`${task}: ${error.message}`),
      },
    );
    await turn();
    expect(HeldWorker.running.map(({ task }) => task)).toEqual([1, 2]);
    HeldWorker.running[1]?.fail();
    await turn();
    expect(HeldWorker.running.map(({ task }) => task)).toEqual([1, 2, 3]);
    HeldWorker.running[2]?.finish();
    HeldWorker.running[0]?.finish();
    await turn();
    HeldWorker.running[3]?.finish();
    await all;
    expect(results).toEqual(['3: done 3', '1: done 1', '4: done 4']);
    expect(failures).toEqual(['2: failed 2']);
    expect(workers.map(({ closed }) => closed)).toEqual([true, true, true]);
  });
});

describe('runPool that is told to end', () => {
  it('begins nothing more, drops what is under way, and resolves', async () => {
    HeldWorker.running = [];
    const abort = new AbortController();
    const results: string[] = [];
    const worker = new HeldWorker();
    const all = runPool(
      [1, 2, 3],
      1,
      () => worker,
      {
        done: (_, result) => results.push(result),
        failed: (task) => results.push(`failed ${task}`),
      },
      abort.signal,
    );
    await turn();
    HeldWorker.running[0]?.finish();
    await turn();
    abort.abort();
    expect(worker.closed).toBe(true);
    HeldWorker.running[1]?.fail();
    await all;
    expect(results).toEqual(['done 1']);
  });
});

describe('ProcessWorker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-pool-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('answers, passes errors on, and says when the process is gone', async () => {
    const script = join(folder, 'worker.js');
    writeFileSync(
      script,
      `process.on('message', (n) => {
        if (n === 3) process.exit(7);
        process.send(n === 2 ? { error: 'two is refused' } : { result: n * 10 });
      });`,
    );
    const worker = new ProcessWorker<number, number>(script);
    expect(await worker.run(1)).toBe(10);
    await expect(worker.run(2)).rejects.toThrow('two is refused');
    expect(await worker.run(4)).toBe(40);
    await expect(worker.run(3)).rejects.toThrow('ended with code 7');
    worker.close();
  });
});
