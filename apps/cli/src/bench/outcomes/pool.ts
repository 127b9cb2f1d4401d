import { fork, type ChildProcess } from 'node:child_process';

/** Does one task after the other; a worker that rejects is closed and replaced. */
export interface Worker<Task, Result> {
  run(task: Task): Promise<Result>;
  close(): void;
}

/**
 * Does all tasks on `size` workers at once and resolves when the last one is done. A task whose
 * worker fails is given to `failed`, and a new worker takes the rest. After `signal` no task is
 * begun any more and those under way are dropped.
 */
export async function runPool<Task, Result>(
  tasks: readonly Task[],
  size: number,
  start: () => Worker<Task, Result>,
  listener: {
    readonly done: (task: Task, result: Result) => void;
    readonly failed: (task: Task, error: Error) => void;
  },
  signal?: AbortSignal,
): Promise<void> {
  let next = 0;
  // Asked anew each time: it changes while a task runs.
  const stopped = (): boolean => signal?.aborted === true;
  const lane = async (): Promise<void> => {
    let worker: Worker<Task, Result> | null = null;
    const drop = (): void => worker?.close();
    signal?.addEventListener('abort', drop);
    try {
      for (let task = tasks[next++]; task !== undefined; task = tasks[next++]) {
        if (stopped()) return;
        worker ??= start();
        try {
          listener.done(task, await worker.run(task));
        } catch (error) {
          if (stopped()) return;
          worker.close();
          worker = null;
          listener.failed(task, error instanceof Error ? error : new Error(String(error)));
        }
      }
    } finally {
      signal?.removeEventListener('abort', drop);
      worker?.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(size, tasks.length) }, lane));
}

/** What a child process answers to a task. */
export type Reply<Result> = { readonly result: Result } | { readonly error: string };

/** A worker in a process of its own: it is sent a task and answers with a `Reply`. */
export class ProcessWorker<Task, Result> implements Worker<Task, Result> {
  private readonly child: ChildProcess;

  /** `path`: a script that calls `serveTasks`. */
  constructor(path: string, execArgv: readonly string[] = []) {
    this.child = fork(path, { execArgv: [...execArgv] });
  }

  run(task: Task): Promise<Result> {
    const { child } = this;
    return new Promise<Result>((resolve, reject) => {
      const settle = (end: () => void): void => {
        child.off('message', answered);
        child.off('exit', ended);
        end();
      };
      const answered = (reply: Reply<Result>): void =>
        settle(() => ('error' in reply ? reject(new Error(reply.error)) : resolve(reply.result)));
      const ended = (code: number | null, signal: string | null): void =>
        settle(() => reject(new Error(`the process ended with ${signal ?? `code ${code}`}`)));
      child.on('message', answered);
      child.on('exit', ended);
      child.send(task as object);
    });
  }

  close(): void {
    this.child.kill('SIGTERM');
  }
}

/** The other side, in the child process: answers every task that comes in. */
export function serveTasks<Task, Result>(work: (task: Task) => Promise<Result> | Result): void {
  process.on('message', (task: Task) => {
    void answer(work, task).then((reply) => process.send?.(reply));
  });
  // Without its parent nobody needs the results.
  process.on('disconnect', () => process.exit());
}

async function answer<Task, Result>(
  work: (task: Task) => Promise<Result> | Result,
  task: Task,
): Promise<Reply<Result>> {
  try {
    return { result: await work(task) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
