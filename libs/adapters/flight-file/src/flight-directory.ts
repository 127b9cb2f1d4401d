import { closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';
import type { FlightFile, FlightHead, FlightStore } from '@weir/core/ports';
import { block, BLOCK, fileHead, jsonBytes } from './flight-format';
import { ENDED, flightName, listFlights, UNFINISHED } from './flight-list';

const deflate = promisify(deflateRaw);

export interface FlightDirectoryOptions {
  readonly dir: string;
  /** Recordings that are kept; the oldest are removed when another one begins. */
  readonly keep: number;
  /** Bytes of all recordings together, above which the oldest are removed too. */
  readonly maxBytes: number;
  /** Bytes that may wait for the disk, beyond which a recording is given up. */
  readonly maxWaitingBytes?: number;
}

const MAX_WAITING_BYTES = 256 * 2 ** 20;
/** Entries are packed together up to this size. */
const BLOCK_BYTES = 256 * 1024;
/** A crash loses no more than this of a recording. */
const FLUSH_MS = 200;

/** A directory of recordings. Nothing in it is read back by the daemon. */
export class FlightDirectory implements FlightStore {
  private readonly open_ = new Set<string>();

  constructor(private readonly options: FlightDirectoryOptions) {}

  open(head: FlightHead, onError: (error: Error) => void): FlightFile {
    try {
      const { dir } = this.options;
      mkdirSync(dir, { recursive: true });
      this.makeRoom();
      const base = this.freeName(head.fromMs);
      // Made at once, so that the name is taken and a directory that cannot be written shows.
      closeSync(openSync(base + UNFINISHED, 'wx', 0o600));
      this.open_.add(base + UNFINISHED);
      const { maxWaitingBytes = MAX_WAITING_BYTES } = this.options;
      return new GrowingFile(base, head, maxWaitingBytes, onError, () =>
        this.open_.delete(base + UNFINISHED),
      );
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      // Not at once: whoever opens it has no recording in hand yet that could be given up.
      queueMicrotask(() => {
        onError(reason);
      });
      return NOWHERE;
    }
  }

  private freeName(fromMs: number): string {
    for (let number = 1; ; number++) {
      const base = join(this.options.dir, flightName(fromMs, number));
      if (!existsSync(base + UNFINISHED) && !existsSync(base + ENDED)) return base;
    }
  }

  private makeRoom(): void {
    const { dir, keep, maxBytes } = this.options;
    const old = listFlights(dir).filter(({ path }) => !this.open_.has(path));
    let bytes = old.reduce((sum, item) => sum + item.bytes, 0);
    for (let left = old.length; left >= keep || bytes > maxBytes; left--) {
      const oldest = old.shift();
      if (oldest === undefined) return;
      bytes -= oldest.bytes;
      rmSync(oldest.path, { force: true });
    }
  }
}

const NOWHERE: FlightFile = { append: () => undefined, close: () => Promise.resolve() };

class GrowingFile implements FlightFile {
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private writing: Promise<void>;
  private handle: FileHandle | null = null;
  private over = false;
  private flushedMs = Date.now();

  constructor(
    private readonly base: string,
    head: FlightHead,
    private readonly maxWaitingBytes: number,
    private readonly onError: (error: Error) => void,
    private readonly ended: () => void,
  ) {
    this.writing = this.begin(head).catch((error: unknown) => {
      this.fail(error);
    });
  }

  append(entries: Uint8Array): void {
    if (this.over) return;
    this.waiting.push(entries);
    this.waitingBytes += entries.length;
    if (this.waitingBytes > this.maxWaitingBytes)
      this.fail(new Error(`the disk is too slow: ${this.waitingBytes} bytes wait for it`));
    else if (this.waitingBytes >= BLOCK_BYTES || Date.now() - this.flushedMs > FLUSH_MS)
      this.flush();
  }

  async close(toMs: number): Promise<void> {
    if (this.over) return;
    this.flush();
    this.then(async () => {
      await this.handle?.appendFile(block(BLOCK.end, jsonBytes({ toMs })));
      await this.handle?.sync();
      await this.handle?.close();
      this.handle = null;
      await rename(this.base + UNFINISHED, this.base + ENDED);
      this.over = true;
      this.ended();
    });
    await this.writing;
  }

  private async begin({ version, fromMs }: FlightHead): Promise<void> {
    this.handle = await open(this.base + UNFINISHED, 'a', 0o600);
    await this.handle.appendFile(fileHead());
    await this.handle.appendFile(block(BLOCK.head, jsonBytes({ version, fromMs })));
  }

  private flush(): void {
    this.flushedMs = Date.now();
    this.then(async () => {
      if (this.waiting.length === 0) return;
      const data = Buffer.concat(this.waiting);
      this.waiting = [];
      this.waitingBytes = 0;
      const packed = await deflate(data, { level: constants.Z_BEST_SPEED });
      await this.handle?.appendFile(block(BLOCK.data, packed));
    });
  }

  private then(task: () => Promise<void>): void {
    this.writing = this.writing.then(async () => {
      if (!this.over)
        try {
          await task();
        } catch (error) {
          this.fail(error);
        }
    });
  }

  /** What is on disk stays: an unfinished recording can be replayed as far as it goes. */
  private fail(error: unknown): void {
    if (this.over) return;
    this.over = true;
    this.waiting = [];
    this.ended();
    // The file is given up already; closing it can only fail for the same reason.
    void this.handle?.close().catch(() => undefined);
    this.handle = null;
    this.onError(error instanceof Error ? error : new Error(String(error)));
  }
}
