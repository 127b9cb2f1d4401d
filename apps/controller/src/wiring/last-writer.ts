import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Which leadership this directory's journal was written under, kept beside it. A copy whose last
 * record is of that epoch is the leader's own and complete; any other may lack the last records
 * that were acknowledged.
 */
export class LastWriter {
  private readonly file: string;

  constructor(dir: string) {
    this.file = join(dir, 'leader.json');
  }

  /** 0 when no process on this directory has led yet, or the note cannot be read. */
  get epoch(): number {
    try {
      const { epoch } = JSON.parse(readFileSync(this.file, 'utf8')) as { epoch?: unknown };
      return typeof epoch === 'number' ? epoch : 0;
    } catch {
      // Without the note the copy counts as a follower's, which only makes it wait.
      return 0;
    }
  }

  /** Durable before the first record of this epoch is. */
  leads(epoch: number): void {
    const file = openSync(this.file, 'w', 0o600);
    try {
      writeSync(file, `${JSON.stringify({ epoch })}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}
