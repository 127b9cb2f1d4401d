import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { CommandBus } from '@weir/core/ports';
import { CommandTimeout } from './command-timeout';
import { connection } from './connection';
import { ListReader } from './list-reader';
import { ANSWER, GIVE_UP, SUBMIT, TAKE } from './scripts';

export interface RedisBusOptions {
  readonly url: string;
  /** Prefix of all keys. */
  readonly prefix: string;
}

type Handler = (command: unknown) => Promise<unknown>;
type Answer =
  | { readonly id: string; readonly value: unknown }
  | { readonly id: string; readonly error: string };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** How long marks and unread answers stay, ms: longer than any caller waits. */
const KEEP_MS = 120_000;

/** How long Redis may take to tell whether a command was taken, ms. */
const GIVE_UP_MS = 500;

export class RedisCommandBus implements CommandBus {
  readonly #options: RedisBusOptions;
  readonly #redis: Redis;
  readonly #answerList: string;
  readonly #waiting = new Map<string, Waiting>();
  readonly #token = randomUUID();
  #answers: ListReader | null = null;
  #commands: ListReader | null = null;
  #serving = false;
  #closed = false;

  constructor(options: RedisBusOptions) {
    this.#options = options;
    this.#redis = connection(options.url, false);
    this.#answerList = this.#key(`answers:${randomUUID()}`);
  }

  request(command: unknown, timeoutMs: number): Promise<unknown> {
    if (this.#closed) return Promise.reject(new Error('command bus: closed'));
    this.#answers ??= new ListReader(this.#options.url, this.#answerList, async (text) => {
      this.#settle(JSON.parse(text) as Answer);
    });
    const id = randomUUID();
    const text = JSON.stringify({ answerList: this.#answerList, command });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => void this.#giveUp(id, timeoutMs), timeoutMs);
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        act();
      };
      this.#waiting.set(id, {
        resolve: (value) => settle(() => resolve(value)),
        reject: (error) => settle(() => reject(error)),
      });
      this.#redis
        .eval(SUBMIT, 2, this.#textKey(id), this.#key('commands'), id, text, timeoutMs)
        .catch(() => {
          // Not known whether Redis has it: the time-out finds out, and withdraws it.
        });
    });
  }

  async serve(handler: Handler): Promise<void> {
    if (this.#serving) throw new Error('command bus: an engine serves already');
    this.#serving = true;
    // The engine that served last is the one: an old leader that wakes up finds itself replaced.
    await this.#redis.set(this.#key('command-server'), this.#token);
    this.#commands = new ListReader(this.#options.url, this.#key('commands'), (id) =>
      this.#execute(id, handler),
    );
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([this.#commands?.stop(), this.#answers?.stop()]);
    for (const waiting of this.#waiting.values()) waiting.reject(new Error('command bus: closed'));
    this.#redis.disconnect();
  }

  #key(name: string): string {
    return `${this.#options.prefix}:${name}`;
  }

  #textKey(id: string): string {
    return this.#key(`command:${id}`);
  }

  #markKey(id: string): string {
    return this.#key(`command-taken:${id}`);
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    // A caller that gave up was told that the outcome is unknown; its answer comes too late.
    if (!waiting) return;
    if ('error' in answer) waiting.reject(new Error(answer.error));
    else waiting.resolve(answer.value);
  }

  async #giveUp(id: string, timeoutMs: number): Promise<void> {
    const keys = [this.#textKey(id), this.#markKey(id), this.#key('commands')] as const;
    const asked = this.#redis.eval(GIVE_UP, 3, ...keys, id).catch(() => 1);
    // Without Redis it is not known, and "unknown" is what `taken` says.
    const unknown = new Promise<number>((resolve) => setTimeout(resolve, GIVE_UP_MS, 1));
    const taken = await Promise.race([asked, unknown]);
    this.#waiting.get(id)?.reject(new CommandTimeout(Number(taken) === 1, timeoutMs));
  }

  async #execute(id: string, handler: Handler): Promise<void> {
    const text = await this.#redis.eval(
      TAKE,
      4,
      this.#key('command-server'),
      this.#textKey(id),
      this.#markKey(id),
      this.#key('commands'),
      this.#token,
      id,
      KEEP_MS,
    );
    if (text === null) return this.#commands?.halt();
    if (typeof text !== 'string' || text === '') return;
    const { answerList, command } = JSON.parse(text) as { answerList: string; command: unknown };
    // Not awaited: a slow command must not hold up the others.
    void this.#answer(id, answerList, () => handler(command));
  }

  async #answer(id: string, answerList: string, run: () => Promise<unknown>): Promise<void> {
    let answer: Answer;
    try {
      answer = { id, value: (await run()) ?? null };
    } catch (error) {
      answer = { id, error: error instanceof Error ? error.message : String(error) };
    }
    try {
      await this.#redis.eval(ANSWER, 1, answerList, JSON.stringify(answer), KEEP_MS);
    } catch {
      // The caller times out and is told that the outcome is unknown.
    }
  }
}
