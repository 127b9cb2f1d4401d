import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RedisOptions {
  /** `always` makes every reply durable; `everysec` is the default of Redis. */
  readonly appendfsync?: 'always' | 'everysec';
}

/** A real redis-server of the test's own, on loopback, with its data in a temporary directory. */
export interface RedisFixture {
  readonly url: string;
  readonly port: number;
  /** SIGKILL, as a crash would. The data directory stays. */
  kill(): Promise<void>;
  /** Starts again on the same port and data after `kill`. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT: a server that hangs. */
  pause(): void;
  resume(): void;
  /** Kills the server and removes its data. */
  stop(): Promise<void>;
}

export function redisServerInstalled(): boolean {
  return spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Null when redis-server is not installed. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisFixture | null> {
  if (!redisServerInstalled()) return null;
  const dir = mkdtempSync(join(tmpdir(), 'weir-redis-'));
  const port = await freePort();
  const server = new RedisProcess(port, dir, options.appendfsync ?? 'always');
  await server.start();
  return server;
}

/**
 * `describe` with a running Redis; skipped, with the reason printed, where none is installed.
 * The body gets a function because the server starts in `beforeAll`.
 */
export function describeWithRedis(
  title: string,
  body: (redis: () => RedisFixture) => void,
  options: RedisOptions = {},
): void {
  if (!redisServerInstalled()) {
    process.stderr.write(
      `skipped: ${title}: redis-server is not installed (Debian: redis-server)\n`,
    );
    describe.skip(title, () => body(() => unavailable()));
    return;
  }
  describe(title, () => {
    let fixture: RedisFixture | null = null;
    beforeAll(async () => {
      fixture = await startRedis(options);
    });
    afterAll(() => fixture?.stop());
    body(() => fixture ?? unavailable());
  });
}

function unavailable(): never {
  throw new Error('redis-server is not running');
}

class RedisProcess implements RedisFixture {
  readonly url: string;
  #child: ChildProcess | null = null;
  readonly #reap = (): void => void this.#child?.kill('SIGKILL');

  constructor(
    readonly port: number,
    private readonly dir: string,
    private readonly appendfsync: string,
  ) {
    this.url = `redis://127.0.0.1:${port}`;
  }

  async start(): Promise<void> {
    const settings = {
      port: String(this.port),
      bind: '127.0.0.1',
      dir: this.dir,
      appendonly: 'yes',
      appendfsync: this.appendfsync,
      save: '',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    // A test runner that exits in a hurry must not leave servers behind.
    process.once('exit', this.#reap);
    let log = '';
    child.stdout.on('data', (text: Buffer) => (log += text.toString()));
    const deadline = performance.now() + 20_000;
    while (!(await answersPing(this.port))) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`redis-server did not start:\n${log}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    process.removeListener('exit', this.#reap);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
  }

  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** PING over a bare socket, so that the fixture depends on no client library. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (reply) => finish(reply.toString().startsWith('+PONG')));
  });
}
