import { Worker } from 'node:worker_threads';
import type { ExactSolver, SolvedSplit, SplitProgram } from '@weir/core/ports';
import { linearProgram, splitOf } from './linear-program';

/** Runs in the thread; plain text, so that it needs no file of its own beside the built ones. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const loaded = require(workerData.highs)();
parentPort.on('message', async ({ program, limitSeconds }) => {
  try {
    const highs = await loaded;
    const { Status, ObjectiveValue, Columns } = highs.solve(program, { time_limit: limitSeconds });
    const primal = Status !== 'Optimal' ? [] :
      Object.entries(Columns).map(([name, column]) => [name, column.Primal]);
    parentPort.postMessage({ status: Status, objective: ObjectiveValue, primal });
  } catch (error) {
    parentPort.postMessage({ status: String(error), objective: NaN, primal: [] });
  }
});
`;

interface Answer {
  readonly status: string;
  readonly objective: number;
  readonly primal: readonly (readonly [name: string, value: number])[];
}

/** More programs than these wait for nothing: their answers would be too late. */
const MAX_WAITING = 4;
/** Memory of the thread, MiB. */
const MAX_OLD_SPACE_MB = 256;

/**
 * HiGHS in a thread of its own, one program after the other. A thread that takes longer than the
 * limit of its program is ended, whatever it does, and the next program gets a new one.
 */
export class HighsSolver implements ExactSolver {
  readonly name = 'highs';
  private thread: Worker | null = null;
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private closed = false;

  async solve(program: SplitProgram, limitMs: number): Promise<SolvedSplit> {
    if (this.closed) throw new Error('the solver is closed');
    if (this.waiting >= MAX_WAITING) throw new Error('too many programs wait for the solver');
    const untilMs = performance.now() + limitMs;
    this.waiting++;
    const turn = this.last.then(() => this.run(program, untilMs - performance.now()));
    this.last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.waiting--;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.end();
  }

  private async run(program: SplitProgram, limitMs: number): Promise<SolvedSplit> {
    if (!(limitMs > 0)) throw new Error('no time was left when its turn came');
    const { status, objective, primal } = await this.answer(linearProgram(program), limitMs);
    if (status !== 'Optimal') throw new Error(`no optimum: ${status}`);
    const carried = new Map(primal);
    return { split: splitOf(program, (p) => carried.get(`f${p}`) ?? 0), utilization: objective };
  }

  private answer(program: string, limitMs: number): Promise<Answer> {
    if (this.closed) return Promise.reject(new Error('the solver is closed'));
    const thread = (this.thread ??= this.begin());
    return new Promise((resolve, reject) => {
      const fail = (reason: string): void => {
        settle();
        void this.end();
        reject(new Error(reason));
      };
      const timer = setTimeout(() => {
        fail(`no answer within ${Math.round(limitMs)} ms`);
      }, limitMs);
      const failed = (error: Error): void => {
        fail(`the solver failed: ${error.message}`);
      };
      const exited = (): void => {
        fail('the solver ended');
      };
      const answered = (answer: Answer): void => {
        settle();
        resolve(answer);
      };
      const settle = (): void => {
        clearTimeout(timer);
        thread.off('message', answered).off('error', failed).off('exit', exited);
      };
      thread.on('message', answered).on('error', failed).on('exit', exited);
      thread.postMessage({ program, limitSeconds: limitMs / 1000 });
    });
  }

  private begin(): Worker {
    const thread = new Worker(THREAD, {
      eval: true,
      workerData: { highs: require.resolve('highs') },
      resourceLimits: { maxOldGenerationSizeMb: MAX_OLD_SPACE_MB },
    });
    // Nothing waits for the thread when the process ends.
    thread.unref();
    return thread;
  }

  private async end(): Promise<void> {
    const { thread } = this;
    this.thread = null;
    await thread?.terminate();
  }
}
