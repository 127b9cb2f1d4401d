import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { toolEnvironment } from './process';

/** What one command printed; `refused` when the program said that it failed. */
export interface Answer {
  readonly text: string;
  readonly refused: boolean;
}

/** The program died, hung or printed what is no answer: what became of the call is unknown. */
export class ToolFailure extends Error {
  constructor(program: string, detail: string) {
    super(`${program}: ${detail}`);
    this.name = 'ToolFailure';
  }
}

/**
 * Sent after each command. No program has an object of this name, so it answers without asking the
 * kernel anything, and with the number of the line: proof that the command before it is done.
 */
const MARKER = '@';
const MARKER_ANSWER = /Object "@" is unknown, try "\w+ help"\.$/;
const FAILED = /^Command failed -:(\d+)$/;

interface Waiting {
  readonly answers: Answer[];
  readonly count: number;
  readonly resolve: (answers: readonly Answer[]) => void;
  readonly reject: (error: Error) => void;
  readonly deadline: NodeJS.Timeout;
}

/** One running `ip -batch -` or `tc -batch -`, from its start to its end. One exchange at a time. */
export class BatchSession {
  alive = true;
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private linesSent = 0;
  /** Chunks since the last end of line: a whole table comes as one line of megabytes. */
  private rest: string[] = [];
  private lines: string[] = [];
  private refused = false;
  private waiting: Waiting | null = null;

  constructor(
    private readonly program: string,
    netns: string | null,
  ) {
    const namespace = netns === null ? [] : ['-n', netns];
    // Without details tc does not tell the quantum of a class; ip tells all that is asked of it.
    const details = program === 'tc' ? ['-d'] : [];
    const args = [...namespace, ...details, '-j', '-N', '-s', '-s', '-force', '-batch', '-'];
    // One pipe for both outputs keeps their order; without stdbuf answers would stay in a buffer.
    const argv = ['-c', 'exec stdbuf -oL "$0" "$@" 2>&1', program, ...args];
    this.child = spawn('sh', argv, { stdio: ['pipe', 'pipe', 'ignore'], env: toolEnvironment() });
    this.child.stdout.setEncoding('utf8');
    this.child.stdout.on('data', (chunk: string) => this.receive(chunk));
    // A program that ends before it has read everything breaks the pipe; `close` tells the rest.
    this.child.stdin.on('error', () => undefined);
    this.child.on('error', (error) => this.fail(`cannot be started: ${error.message}`));
    this.child.on('close', (code, signal) => this.ended(code, signal));
  }

  exchange(commands: readonly string[], deadlineMs: number): Promise<readonly Answer[]> {
    return new Promise((resolve, reject) => {
      const late = (): void => this.fail(`no answer within ${deadlineMs} ms`);
      const deadline = setTimeout(late, deadlineMs);
      // Without a command, a marker alone asks whether the program is there.
      const asked = commands.length === 0 ? [''] : commands;
      this.waiting = { answers: [], count: asked.length, resolve, reject, deadline };
      this.child.stdin.write(asked.map((command) => `${command}\n${MARKER}\n`).join(''));
    });
  }

  end(): void {
    this.alive = false;
    this.child.stdin.end();
  }

  private receive(chunk: string): void {
    let from = 0;
    for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', from)) {
      this.rest.push(chunk.slice(from, at));
      const line = this.rest.join('');
      this.rest = [];
      from = at + 1;
      this.line(line);
    }
    if (from < chunk.length) this.rest.push(chunk.slice(from));
  }

  private line(line: string): void {
    const number = FAILED.exec(line)?.[1];
    if (number === undefined) {
      this.lines.push(line);
      return;
    }
    const offset = Number(number) - this.linesSent;
    if (offset === 1 && !this.refused) this.refused = true;
    else if (offset === 2) this.marker();
    else this.fail(`answered line ${number} after line ${this.linesSent}`);
  }

  private marker(): void {
    const last = this.lines.pop() ?? '';
    if (!MARKER_ANSWER.test(last) || this.waiting === null)
      return this.fail(`unexpected output: ${last.slice(0, 120)}`);
    // An answer without an end of line of its own has the marker's on the same line.
    const before = last.replace(MARKER_ANSWER, '');
    const text = [...this.lines, ...(before === '' ? [] : [before])].join('\n');
    const { waiting } = this;
    waiting.answers.push({ text, refused: this.refused });
    this.linesSent += 2;
    this.lines = [];
    this.refused = false;
    if (waiting.answers.length < waiting.count) return;
    clearTimeout(waiting.deadline);
    this.waiting = null;
    waiting.resolve(waiting.answers);
  }

  /** tc and ip exit on an argument that they cannot parse: their last words are the refusal. */
  private ended(code: number | null, signal: NodeJS.Signals | null): void {
    const words = [...this.lines, this.rest.join('')].join('\n').trim();
    const { waiting } = this;
    if (waiting === null || words === '' || code === null || code === 126 || code === 127)
      return this.fail(words || `ended with ${signal ?? `code ${code}`}`);
    this.alive = false;
    this.waiting = null;
    clearTimeout(waiting.deadline);
    const answer = { text: words, refused: true };
    const missing = waiting.count - waiting.answers.length;
    waiting.resolve([...waiting.answers, ...Array<Answer>(missing).fill(answer)]);
  }

  private fail(reason: string): void {
    this.alive = false;
    this.child.kill('SIGKILL');
    // What it started may hold the pipe open for longer.
    this.child.stdout.destroy();
    this.child.stdin.destroy();
    const { waiting } = this;
    if (waiting === null) return;
    this.waiting = null;
    clearTimeout(waiting.deadline);
    waiting.reject(new ToolFailure(this.program, reason));
  }
}
