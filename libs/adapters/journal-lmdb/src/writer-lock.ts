import { randomBytes } from 'node:crypto';
import { closeSync, linkSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { JournalUnavailable } from '@weir/core/ports';

const LOCK = 'writer.sock';
/** Kernel limit on the path of a socket, less the terminating zero. */
const SOCKET_PATH_BYTES = 107;
const ATTEMPTS = 20;

/**
 * One writer per directory. The writer listens on a Unix socket in it: the kernel refuses
 * connections the moment that process is gone, however it went, and across containers that share
 * the directory, which a process number in a file could not tell. Taking the name is atomic
 * (a hard link). What could still slip through, two takers of one stale lock, is caught by the
 * owner token that every commit checks.
 */
export class WriterLock {
  readonly token = randomBytes(8).toString('hex');
  readonly #directory: number;
  readonly #base: string;
  #claimed = false;

  private constructor(
    private readonly dir: string,
    private server: Server | null = null,
  ) {
    this.#directory = openSync(dir, 'r');
    const longest = join(dir, this.#ownName());
    this.#base =
      Buffer.byteLength(longest) <= SOCKET_PATH_BYTES ? dir : `/proc/self/fd/${this.#directory}`;
  }

  /** Rejects with JournalUnavailable when another process writes. */
  static async take(dir: string): Promise<WriterLock> {
    const lock = new WriterLock(dir);
    try {
      await lock.#listen();
      await lock.#claim();
      return lock;
    } catch (error) {
      await lock.release();
      if (error instanceof JournalUnavailable) throw error;
      throw new JournalUnavailable(`journal: ${dir} cannot be written to: ${String(error)}`, {
        cause: error,
      });
    }
  }

  async release(): Promise<void> {
    const server = this.server;
    if (!server) return;
    this.server = null;
    // While we listen nobody takes the name from us, so it goes before the socket does.
    if (this.#claimed) rmSync(join(this.dir, LOCK), { force: true });
    await new Promise<void>((resolve) => server.close(() => resolve()));
    rmSync(join(this.dir, this.#ownName()), { force: true });
    closeSync(this.#directory);
  }

  #ownName(): string {
    return `writer-${this.token}.sock`;
  }

  #listen(): Promise<void> {
    const server = createServer((peer) => {
      peer.on('error', () => peer.destroy());
      peer.end(String(process.pid));
    });
    this.server = server;
    server.unref();
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(join(this.#base, this.#ownName()), resolve);
    });
  }

  async #claim(): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        linkSync(join(this.dir, this.#ownName()), join(this.dir, LOCK));
        this.#claimed = true;
        this.#sweep();
        return;
      } catch (error) {
        // ENOENT: a taker that was faster has swept our socket away.
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EEXIST' && code !== 'ENOENT') throw error;
      }
      const holder = await this.#holder();
      if (holder !== null)
        throw new JournalUnavailable(
          `journal: ${this.dir} is being written by ${holder}; stop it first, or open read-only`,
        );
      this.#moveStaleAway();
    }
    throw new JournalUnavailable(`journal: ${this.dir} is contended by several processes`);
  }

  /** Who listens on the lock; null when nobody does. */
  #holder(): Promise<string | null> {
    return new Promise((resolve, reject) => {
      let pid = '';
      const socket = connect(join(this.#base, LOCK));
      const finish = (answer: string | null): void => {
        socket.destroy();
        resolve(answer);
      };
      // A stopped or busy process accepts in the kernel but does not say its number.
      socket.setTimeout(500, () => finish('another process'));
      socket.on('data', (text) => (pid += text.toString()));
      socket.once('end', () => finish(pid ? `process ${pid}` : 'another process'));
      socket.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') finish(null);
        else reject(error);
      });
    });
  }

  #moveStaleAway(): void {
    const grave = join(this.dir, `${this.#ownName()}.stale`);
    try {
      renameSync(join(this.dir, LOCK), grave);
      rmSync(grave, { force: true });
    } catch (error) {
      // Another taker moved it first: the next attempt finds out who has it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  /** Removes the socket files of writers that were killed. */
  #sweep(): void {
    for (const name of readdirSync(this.dir)) {
      const stale = /^writer-[0-9a-f]{16}\.sock(\.stale)?$/.test(name) && name !== this.#ownName();
      if (stale) rmSync(join(this.dir, name), { force: true });
    }
  }
}
