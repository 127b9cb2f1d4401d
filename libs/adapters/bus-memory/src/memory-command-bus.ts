import type { CommandBus } from '@weir/core/ports';

type Handler = (command: unknown) => Promise<unknown>;

interface Waiting {
  readonly run: (handler: Handler) => void;
}

export class MemoryCommandBus implements CommandBus {
  #handler: Handler | null = null;
  #closed = false;
  /** Requests made before there was an engine; they leave when they time out. */
  readonly #waiting = new Set<Waiting>();

  request(command: unknown, timeoutMs: number): Promise<unknown> {
    if (this.#closed) return Promise.reject(new Error('command bus: closed'));
    const text = JSON.stringify(command);
    return new Promise((resolve, reject) => {
      let taken = false;
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(new Error(taken ? outcomeUnknown(timeoutMs) : notTaken(timeoutMs)));
      }, timeoutMs);
      const run = (handler: Handler): void => {
        taken = true;
        handler(JSON.parse(text))
          .then((answer) => JSON.parse(JSON.stringify(answer ?? null)) as unknown)
          .then(resolve, reject)
          .finally(() => clearTimeout(timer));
      };
      const waiting: Waiting = { run };
      if (this.#handler) run(this.#handler);
      else this.#waiting.add(waiting);
    });
  }

  async serve(handler: Handler): Promise<void> {
    if (this.#handler) throw new Error('command bus: an engine serves already');
    this.#handler = handler;
    for (const waiting of this.#waiting) waiting.run(handler);
    this.#waiting.clear();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#handler = null;
  }
}

const notTaken = (timeoutMs: number): string =>
  `no engine took the command within ${timeoutMs} ms; it was not executed`;
const outcomeUnknown = (timeoutMs: number): string =>
  `the engine took the command but did not answer within ${timeoutMs} ms; its outcome is unknown`;
