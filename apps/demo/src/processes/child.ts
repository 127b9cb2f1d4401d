import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** How long a child may take to end in order before it is killed, ms. */
const STOP_DEADLINE_MS = 15_000;

/** A child process whose output goes to a file and whose JSON lines on stdout can be waited for. */
export class Child {
  private readonly waiting = new Set<(line: Record<string, unknown>) => void>();
  private readonly ended: Promise<void>;
  private readonly log: WriteStream;
  private readonly last: string[] = [];
  private stopping = false;
  private alive = true;
  /** Called when it ends without having been asked to. */
  onUnexpectedExit: (message: string) => void = () => undefined;

  private constructor(
    readonly name: string,
    private readonly process: ChildProcess,
    logFile: string,
  ) {
    this.log = createWriteStream(logFile);
    // Whatever ends this process must not leave a daemon behind.
    const orphaned = (): void => void process.kill('SIGTERM');
    globalThis.process.once('exit', orphaned);
    for (const stream of [process.stdout, process.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.take(line));
    }
    this.ended = new Promise((resolve) => {
      process.once('error', (error) => this.take(error.message));
      process.once('close', (code, signal) => {
        this.alive = false;
        globalThis.process.off('exit', orphaned);
        // Ended means that its log can be read.
        this.log.end(resolve);
        if (!this.stopping) this.onUnexpectedExit(this.obituary(code, signal));
      });
    });
  }

  static start(name: string, script: string, args: readonly string[], logFile: string): Child {
    const child = spawn(process.execPath, [script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Child(name, child, logFile);
  }

  /** First JSON line on its output that `accept` takes; rejects when it ends before. */
  async line(accept: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    let take: (line: Record<string, unknown>) => void = () => undefined;
    const found = new Promise<Record<string, unknown>>((resolve) => {
      take = (line) => {
        if (accept(line)) resolve(line);
      };
      this.waiting.add(take);
    });
    const gone = this.ended.then(() => {
      throw new Error(`${this.name} ended: ${this.lastWords()}`);
    });
    try {
      return await Promise.race([found, gone]);
    } finally {
      this.waiting.delete(take);
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (!this.alive) return;
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), STOP_DEADLINE_MS);
    await this.ended;
    clearTimeout(timer);
  }

  private obituary(code: number | null, signal: string | null): string {
    const how = signal === null ? `with code ${code}` : `by ${signal}`;
    return `${this.name} ended ${how}: ${this.lastWords()}`;
  }

  /** What it said for people; its JSON log is in the file. */
  private lastWords(): string {
    const plain = this.last.filter((line) => !line.startsWith('{')).slice(-5);
    return (plain.length > 0 ? plain : this.last.slice(-1)).join(' | ');
  }

  private take(line: string): void {
    if (this.alive) this.log.write(`${line}\n`);
    this.last.push(line);
    if (this.last.length > 20) this.last.shift();
    if (this.waiting.size === 0 || !line.startsWith('{')) return;
    const parsed = parse(line);
    if (parsed !== null) for (const take of this.waiting) take(parsed);
  }
}

function parse(line: string): Record<string, unknown> | null {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null; // A line that only looks like JSON is for people.
  }
}
