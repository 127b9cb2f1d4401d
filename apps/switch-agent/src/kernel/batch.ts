import { BatchSession, ToolFailure, type Answer } from './batch-session';

export { ToolFailure } from './batch-session';

/** The kernel, or the program before it, said no; commands after this one were not tried. */
export class ToolRefusal extends Error {
  constructor(
    readonly program: string,
    /** Position in the list that was given. */
    readonly index: number,
    readonly command: string,
    /** The kernel's own words, without `Error:` and the like. */
    readonly detail: string,
  ) {
    super(`${program} ${command}: ${detail}`);
    this.name = 'ToolRefusal';
  }
}

/** One of iproute2's programs. Calls are served one after the other, in the order they came. */
export interface Tool {
  /** What each command prints (JSON, numbers as numbers, statistics), in their order. */
  read(commands: readonly string[]): Promise<readonly string[]>;
  /** In order, stopping at the first that is refused with a ToolRefusal. */
  run(commands: readonly (readonly string[])[]): Promise<void>;
  /** Forgets what the program keeps of links; needed when one was renamed or made anew. */
  restart(): void;
  close(): void;
}

/** Far above what the slowest kernel took; a program that is silent for so long is ended. */
const DEADLINE_MS = 10_000;

/**
 * `ip` or `tc` as a process that stays: it reads one command a line (`-batch -`) and answers each
 * at once, so that a poll costs no fork, exec, link map and netlink socket of its own. It is started
 * when first needed, and again after it died, hung, or answered what nobody can read; a call that
 * was under way then fails with a ToolFailure and may have been carried out.
 */
export class BatchTool implements Tool {
  private session: BatchSession | null = null;
  private turn: Promise<unknown> = Promise.resolve();
  private stale = false;

  constructor(
    private readonly program: string,
    private readonly netns: string | null,
    private readonly deadlineMs = DEADLINE_MS,
  ) {}

  read(commands: readonly string[]): Promise<readonly string[]> {
    return this.inTurn(async () => {
      const answers = await this.exchange(commands);
      return answers.map((answer, index) => {
        this.check(answer, index, commands[index] ?? '');
        return answer.text;
      });
    });
  }

  run(commands: readonly (readonly string[])[]): Promise<void> {
    return this.inTurn(async () => {
      for (const [index, words] of commands.entries()) {
        const command = words.join(' ');
        // One by one: what comes after a refused command must not reach the kernel.
        const [answer] = await this.exchange([command]);
        if (answer !== undefined) this.check(answer, index, command);
      }
    });
  }

  restart(): void {
    this.stale = true;
  }

  close(): void {
    this.session?.end();
    this.session = null;
  }

  private exchange(commands: readonly string[]): Promise<readonly Answer[]> {
    for (const command of commands)
      if (/[\n\r\\#]/.test(command)) throw new TypeError(`not one command: ${command}`);
    if (this.stale) this.close();
    this.stale = false;
    if (this.session?.alive !== true) this.session = new BatchSession(this.program, this.netns);
    return this.session.exchange(commands, this.deadlineMs);
  }

  private check(answer: Answer, index: number, command: string): void {
    if (answer.refused) throw new ToolRefusal(this.program, index, command, reasonIn(answer.text));
  }

  private inTurn<Value>(task: () => Promise<Value>): Promise<Value> {
    const done = this.turn.then(task);
    // The caller sees the failure; the next in turn runs whatever became of this one.
    this.turn = done.catch(() => undefined);
    return done;
  }
}

/** `Error: Nexthop has invalid gateway.` -> `Nexthop has invalid gateway` */
export function reasonIn(text: string): string {
  const line = text.split('\n').find((item) => item.trim() !== '') ?? 'no reason given';
  return line
    .replace(/^(Error: |RTNETLINK answers: )+/, '')
    .replace(/\.$/, '')
    .trim();
}

/** Whether a tool answers at all here; the reason when it does not. */
export async function toolMistake(tool: Tool): Promise<string | null> {
  try {
    await tool.read([]);
    return null;
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    return error.message;
  }
}
