import type { Redis } from 'ioredis';
import {
  JournalFenced,
  JournalUnavailable,
  type ChainHead,
  type ChainLink,
  linkRecord,
} from '@weir/core/ports';
import { APPEND_SCRIPT } from './append-script';
import { KeptState } from './kept-state';
import { linkOf, type StreamEntry } from './stream-link';

/** The stream's commands. Every failure of Redis becomes JournalUnavailable. */
export class StreamStore {
  readonly kept: KeptState;

  constructor(
    private readonly redis: Redis,
    readonly key: string,
    private readonly waitAofMs: number | null,
  ) {
    this.kept = new KeptState(redis, key, (command) => this.#run(command));
  }

  async head(): Promise<ChainHead> {
    const [entry] = await this.#run(() => this.redis.xrevrange(this.key, '+', '-', 'COUNT', 1));
    const record = entry ? linkRecord(linkOf(entry)) : null;
    if (!record) return this.kept.base();
    return { sequence: record.sequence, hash: record.hash, epoch: record.epoch };
  }

  async lastSequence(): Promise<number> {
    const [entry] = await this.#run(() => this.redis.xrevrange(this.key, '+', '-', 'COUNT', 1));
    return entry ? Math.max(0, linkOf(entry).sequence) : (await this.kept.base()).sequence;
  }

  async links(from: number, limit: number): Promise<ChainLink[]> {
    const start = `${Math.max(1, from)}-0`;
    const entries = await this.#run(() =>
      this.redis.xrange(this.key, start, '+', 'COUNT', Math.max(1, limit)),
    );
    return (entries as unknown as StreamEntry[]).map(linkOf);
  }

  /** Resolves when the links are appended onto `before` and durable. */
  async append(before: ChainHead, links: readonly ChainLink[], after: ChainHead): Promise<void> {
    const rows = links.flatMap((link) => {
      const epoch = linkRecord(link)?.epoch ?? after.epoch;
      return [String(link.sequence), String(epoch), link.hash, link.text];
    });
    const header = [after.epoch, before.sequence, before.hash, after.sequence, after.hash];
    const [verdict, detail] = await this.#durably(
      APPEND_SCRIPT,
      [this.kept.keys.touch],
      [...header, ...rows],
    );
    if (verdict === 'fenced') throw new JournalFenced(after.epoch, detail);
    if (verdict !== 'ok')
      throw new JournalUnavailable(
        `journal: stream ${this.key} ends at ${detail}, not at ${before.sequence} as it was read; ` +
          'another process wrote to it or it lost records',
      );
  }

  /** Runs a fenced script; `keys` follow stream and base, `given` follows the epoch. */
  async write(
    script: string,
    keys: readonly string[],
    epoch: number,
    given: readonly (string | number)[],
  ): Promise<void> {
    const [verdict, detail] = await this.#durably(script, keys, [epoch, ...given]);
    if (verdict === 'fenced') throw new JournalFenced(epoch, detail);
    if (verdict !== 'ok')
      throw new JournalUnavailable(`journal: stream ${this.key} was written meanwhile`);
  }

  async #durably(
    script: string,
    keys: readonly string[],
    given: readonly (string | number)[],
  ): Promise<[verdict: string, detail: number]> {
    const names = [this.key, this.kept.keys.base, ...keys];
    const answered = this.#run(() => this.redis.eval(script, names.length, ...names, ...given));
    // Sent right behind the script on the same connection, and awaited together.
    const synced = this.#waitForDisk();
    synced.catch(() => undefined);
    const answer = (await answered) as [string, number];
    if (answer[0] === 'ok') await synced;
    return answer;
  }

  async #waitForDisk(): Promise<void> {
    const timeoutMs = this.waitAofMs;
    if (timeoutMs === null) return;
    const answer = await this.#run(() => this.redis.call('WAITAOF', 1, 0, timeoutMs));
    const [local] = answer as [number, number];
    if (local < 1) throw new JournalUnavailable(`journal: Redis did not sync in ${timeoutMs} ms`);
  }

  async #run<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await command();
    } catch (error) {
      throw new JournalUnavailable(`journal: Redis: ${String(error)}`, { cause: error });
    }
  }
}
