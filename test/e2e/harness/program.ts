import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const POLL_MS = 40;
/** Ends a wait that will not end by itself; generous, because machines may be crowded. */
const PATIENCE_MS = 60_000;
const ROOT = join(__dirname, '..', '..', '..');

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const alive = new Set<ChildProcess>();
let watching = false;

/** A test runner that exits in a hurry, or is told to, must not leave programs behind. */
function watchOver(child: ChildProcess): void {
  alive.add(child);
  if (watching) return;
  watching = true;
  const reap = (): void => alive.forEach((one) => void one.kill('SIGKILL'));
  process.once('exit', reap);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      reap();
      process.kill(process.pid, signal);
    });
}

/** A program of this repository as a real process, as built by `npm run build`. */
export class Program {
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  readonly exited: Promise<Exit>;
  #exit: Exit | null = null;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    for (const [stream, lines] of [
      [child.stdout, this.stdout],
      [child.stderr, this.stderr],
    ] as const)
      if (stream) createInterface({ input: stream }).on('line', (line) => lines.push(line));
    watchOver(child);
    this.exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        alive.delete(child);
        this.#exit = { code, signal };
        resolve(this.#exit);
      });
    });
  }

  /** Runs `apps/<app>/dist/main.js`; nothing of the caller's WEIR_ environment is handed on. */
  static start(app: string, args: readonly string[], env: Record<string, string> = {}): Program {
    const main = join(ROOT, 'apps', app, 'dist', 'main.js');
    if (!existsSync(main)) throw new Error(`${main} is missing; npm run build makes it`);
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('WEIR_'));
    const child = spawn(process.execPath, [main, ...args], {
      cwd: ROOT,
      env: { ...Object.fromEntries(inherited), ...env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Program(app, child);
  }

  get running(): boolean {
    return this.#exit === null;
  }

  /** SIGSTOP, SIGCONT, or one that is answered later; `stop` waits for the end. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Last lines of both streams: what a failed wait needs to be understood. */
  tail(lines = 15): string {
    const last = (all: readonly string[]): string => all.slice(-lines).join('\n');
    return `${this.name} stdout:\n${last(this.stdout)}\n${this.name} stderr:\n${last(this.stderr)}`;
  }

  /** Resolves with the first line of stdout or stderr that matches; fails when the program ends. */
  async line(matches: (line: string) => boolean, timeoutMs = PATIENCE_MS): Promise<string> {
    const find = (): string | undefined => this.stdout.find(matches) ?? this.stderr.find(matches);
    await this.until(`${this.name} prints a line`, () => find() ?? !this.running, timeoutMs);
    const found = find();
    if (found === undefined) throw new Error(`${this.name} ended early\n${this.tail()}`);
    return found;
  }

  /** Waits for a condition; when it does not come, the error carries what the program said. */
  async until<T>(
    what: string,
    condition: () => T | Promise<T>,
    timeoutMs = PATIENCE_MS,
  ): Promise<NonNullable<T>> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const value = await condition();
      if (value) return value;
      if (performance.now() > deadline)
        throw new Error(`not within ${timeoutMs} ms: ${what}\n${this.tail()}`);
      // Most conditions ask the program over HTTP: not so often that asking is its main work.
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Sends the signal and waits for the end; a program that ignores SIGTERM is killed and told. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', timeoutMs = 15_000): Promise<Exit> {
    if (this.running) this.child.kill(signal);
    const late = setTimeout(() => this.child.kill('SIGKILL'), timeoutMs);
    const exit = await this.exited;
    clearTimeout(late);
    return exit;
  }
}

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
