import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChainHead } from '@weir/core/ports';

export interface AnchorPoint {
  readonly sequence: number;
  readonly hash: string;
}

const DELAY_MS = 1_000;

/**
 * Remembers a durable head outside the database, at most once a second. It may lag behind the
 * journal, never run ahead of it: a journal that is shorter than its anchor has lost records.
 */
export class Anchor {
  #pending: AnchorPoint | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #path: string;

  constructor(dir: string) {
    this.#path = join(dir, 'anchor.json');
  }

  /** Null when there is none or it was cut short; it is a second witness, not the record. */
  read(): AnchorPoint | null {
    try {
      const point = JSON.parse(readFileSync(this.#path, 'utf8')) as AnchorPoint;
      return Number.isInteger(point.sequence) && typeof point.hash === 'string' ? point : null;
    } catch {
      return null;
    }
  }

  advance(head: ChainHead): void {
    this.#pending = { sequence: head.sequence, hash: head.hash };
    if (this.#timer) return;
    this.#timer = setTimeout(() => this.save(), DELAY_MS);
    this.#timer.unref();
  }

  save(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const point = this.#pending;
    this.#pending = null;
    if (!point) return;
    try {
      writeFileSync(`${this.#path}.new`, `${JSON.stringify(point)}\n`);
      renameSync(`${this.#path}.new`, this.#path);
    } catch {
      // A full disk fails the next append, loudly; the older anchor stays valid meanwhile.
    }
  }
}
