import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { reasonIn, ToolFailure } from './batch';
import { runProcess, toolEnvironment, type RunProcess } from './process';

/** The rule set of the kernel; every failure is an Error with nft's own words. */
export interface Nft {
  /** Carries out a script as a whole or not at all. */
  write(script: string): Promise<void>;
  /** JSON of one `list` command. */
  list(command: string): Promise<string>;
  close(): void;
}

const DEADLINE_MS = 10_000;

/**
 * `nft`: a process of its own for each of the rare writes, as only a file is all or nothing, and
 * one that stays (`-j -i`) for the reading at every poll.
 */
export class NftTool implements Nft {
  private reader: ChildProcessByStdio<Writable, Readable, null> | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly netns: string | null,
    private readonly runner: RunProcess = runProcess,
  ) {}

  async write(script: string): Promise<void> {
    const [program = '', ...args] = this.inNamespace(['nft', '-f', '-']);
    const result = await this.runner(program, args, script);
    if (result.exitCode !== 0) throw new Error(`nft: ${reasonIn(result.stderr)}`);
  }

  list(command: string): Promise<string> {
    const done = this.turn.then(() => this.ask(command));
    // The caller sees the failure; the next in turn runs whatever became of this one.
    this.turn = done.catch(() => undefined);
    return done;
  }

  close(): void {
    this.reader?.stdin.end();
    this.reader = null;
  }

  private ask(command: string): Promise<string> {
    const reader = (this.reader ??= this.start());
    return new Promise((resolve, reject) => {
      let text = '';
      const give = (chunk: string): void => {
        text += chunk;
        if (!chunk.includes('\n')) return;
        // JSON comes as one line; anything else is an error of several lines of unknown number.
        if (text.startsWith('{') && text.endsWith('\n')) return end(() => resolve(text));
        fail(reasonIn(text));
      };
      const fail = (reason: string): void => {
        if (this.reader === reader) this.reader = null;
        reader.kill('SIGKILL');
        end(() => reject(new ToolFailure('nft', reason)));
      };
      const closed = (): void => fail(text === '' ? 'ended without an answer' : reasonIn(text));
      const deadline = setTimeout(() => fail(`no answer within ${DEADLINE_MS} ms`), DEADLINE_MS);
      const end = (settle: () => void): void => {
        clearTimeout(deadline);
        reader.stdout.off('data', give);
        reader.off('close', closed);
        settle();
      };
      reader.stdout.on('data', give);
      reader.once('close', closed);
      reader.stdin.write(`${command}\n`);
    });
  }

  private start(): ChildProcessByStdio<Writable, Readable, null> {
    const shell = ['sh', '-c', 'exec stdbuf -oL nft -j -i 2>&1'];
    const [program = '', ...args] = this.inNamespace(shell);
    // It would write a history of commands into the home directory.
    const env = { ...toolEnvironment(), HOME: '/nonexistent' };
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], env });
    child.stdout.setEncoding('utf8');
    // A program that ends breaks the pipe; its `close` is the answer.
    child.stdin.on('error', () => undefined);
    child.on('error', () => undefined);
    child.on('close', () => {
      if (this.reader === child) this.reader = null;
    });
    return child;
  }

  private inNamespace(argv: readonly string[]): readonly string[] {
    return this.netns === null ? argv : ['ip', 'netns', 'exec', this.netns, ...argv];
  }
}
