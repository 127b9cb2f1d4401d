import type { ChangeView, EngineStatusView, EventEnvelope } from '@weir/contracts';
import { narrate } from './narrate';
import { styleFor, type Style } from './style';

export interface Terminal {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly colour: boolean;
  readonly columns: () => number;
}

/**
 * What people see. On a terminal a board of the services stays below the running text; elsewhere
 * there is only the text, one line for each thing that happens.
 */
export class Display {
  private readonly style: Style;
  private readonly startedMs = Date.now();
  private board: readonly string[] = [];
  private lastNote = '';

  constructor(private readonly terminal: Terminal) {
    this.style = styleFor(terminal.colour);
  }

  chapter(title: string, story: string): void {
    this.line('');
    this.line(this.style.strong(title));
    for (const part of wrapped(story, Math.max(40, Math.min(100, this.terminal.columns()) - 4))) {
      this.line(this.style.dim(`    ${part}`));
    }
  }

  note(message: string): void {
    this.line(`${this.clock()}  ${message}`);
  }

  event(record: EventEnvelope): void {
    const message = narrate(record);
    // A diagnosis is written again whenever its figures move; the same words are said once.
    if (message === null || message === this.lastNote) return;
    this.lastNote = message;
    this.note(message);
  }

  result(good: boolean, message: string): void {
    const mark = good ? this.style.good('ok  ') : this.style.bad('FAIL');
    this.line(`${this.clock()}  ${mark} ${message}`);
  }

  /** The reviewable form of a change that was not applied. */
  plan(change: ChangeView): void {
    const { style } = this;
    this.line(style.strong(`    plan of ${change.id} (${change.mode} mode, not applied)`));
    for (const diff of change.plan.diffs) {
      this.line(`      ${diff.device}`);
      for (const leaf of diff.leaves) {
        if (leaf.before === null)
          this.line(style.good(`        + ${leaf.path}: ${String(leaf.after)}`));
        else if (leaf.after === null)
          this.line(style.bad(`        - ${leaf.path}: ${String(leaf.before)}`));
        else
          this.line(
            style.warn(`        ~ ${leaf.path}: ${String(leaf.before)} -> ${String(leaf.after)}`),
          );
      }
    }
    const { predicted, risk, checks } = change.plan;
    this.line(`      expected: ${predicted.explanation}`);
    this.line(
      `      risk: ${risk.level}; checks passed: ${checks.filter((check) => check.passed).length} of ${checks.length}`,
    );
  }

  /** Refreshes the board; nothing where there is no terminal. */
  status(status: EngineStatusView): void {
    if (!this.terminal.isTerminal) return;
    this.draw(this.boardOf(status));
  }

  /** Leaves the last board standing and writes below it from now on. */
  finish(): void {
    this.board = [];
  }

  private line(text: string): void {
    const board = this.board;
    this.erase();
    this.terminal.write(`${text}\n`);
    this.draw(board);
  }

  private draw(lines: readonly string[]): void {
    this.erase();
    this.board = lines;
    for (const line of lines) this.terminal.write(`${line}\n`);
  }

  private erase(): void {
    if (this.board.length > 0) this.terminal.write(`\u001b[${this.board.length}A\u001b[J`);
    this.board = [];
  }

  private boardOf(status: EngineStatusView): readonly string[] {
    const { style } = this;
    const rows = status.objectives.map((entry) => {
      const name = entry.id.replace(/^.*\//, '').padEnd(22);
      const figure = entry.quantileMs === null ? '     -' : entry.quantileMs.toFixed(1).padStart(6);
      const limit = entry.thresholdMs === null ? '  own' : entry.thresholdMs.toFixed(0).padStart(5);
      const paint =
        entry.state === 'healthy' ? style.good : entry.state === 'unknown' ? style.dim : style.bad;
      return `  ${name} p95 ${figure} ms  limit ${limit} ms  ${paint(entry.state)}`;
    });
    const hot = status.hottest[0];
    const hottest =
      hot === undefined
        ? ''
        : `, hottest ${hot.channel} ${(hot.utilizationRatio * 100).toFixed(0)} %`;
    const width = Math.max(20, Math.min(78, this.terminal.columns() - 1));
    const head = `${this.clock()}  loop ${status.phase}${hottest}`;
    return [style.dim('-'.repeat(width)), head, ...rows];
  }

  private clock(): string {
    return this.style.dim(`${((Date.now() - this.startedMs) / 1000).toFixed(1).padStart(6)} s`);
  }
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}
