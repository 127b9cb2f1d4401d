import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { JournalUnavailable, SNAPSHOTS_KEPT, type JournalSnapshot } from '@weir/core/ports';
import { diskText } from './disk-text';

const NAME = /^snapshot-(\d{1,15})\.txt$/;
const HEADER = /^([0-9a-f]{64}) (\d{1,15})\n/;

/**
 * Snapshots as files beside the environment: `snapshot-SEQUENCE.txt`, hash and time in the first
 * line, the text behind it. Written whole under another name, synced, then renamed. What a file
 * holds is vouched for by the chain, so a damaged one is merely not used.
 */
export class SnapshotFiles {
  constructor(private readonly dir: string) {}

  /** Newest first; one whose first line is damaged has an empty hash and text. */
  list(): JournalSnapshot[] {
    return this.#sequences().flatMap((sequence) => {
      const content = this.#read(sequence);
      if (content === null) return [];
      const header = HEADER.exec(content);
      const hash = header?.[1] ?? '';
      const text = header ? content.slice(header[0].length) : '';
      return [{ sequence, hash, atMs: Number(header?.[2] ?? 0), text }];
    });
  }

  /** Durable when it resolves; rejects with JournalUnavailable, and leaves those before. */
  async put({ sequence, hash, atMs, text }: JournalSnapshot): Promise<void> {
    const path = this.#path(sequence);
    const draft = `${path}.new`;
    try {
      const file = await open(draft, 'w', 0o600);
      try {
        await file.writeFile(`${hash} ${atMs}\n${text}`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
      this.#syncDirectory();
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw new JournalUnavailable(
        `journal: a snapshot cannot be written: ${diskText(error, this.dir)}`,
        { cause: error },
      );
    }
    for (const old of this.#sequences().slice(SNAPSHOTS_KEPT)) await rm(this.#path(old));
  }

  clear(): void {
    for (const sequence of this.#sequences()) rmSync(this.#path(sequence), { force: true });
  }

  #sequences(): number[] {
    const found = readdirSync(this.dir).map((name) => NAME.exec(name)?.[1]);
    return found
      .filter((digits) => digits !== undefined)
      .map(Number)
      .sort((a, b) => b - a);
  }

  /** Null when the writer beside us has just dropped it. */
  #read(sequence: number): string | null {
    try {
      return readFileSync(this.#path(sequence), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  #path(sequence: number): string {
    return join(this.dir, `snapshot-${sequence}.txt`);
  }

  #syncDirectory(): void {
    const directory = openSync(this.dir, 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }
}
