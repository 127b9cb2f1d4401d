import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Invariant } from '@weir/swarm';

/** One place in the sources and what is to stand there instead. */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** The product with one guard taken out; where two guards watch the same, both of them. */
export interface Mutant {
  readonly name: string;
  /** What the sources do no longer, one sentence. */
  readonly what: string;
  readonly edits: readonly Edit[];
  /** The invariant that was kept by it. */
  readonly breaks: Invariant;
}

export const ROOT = resolve(__dirname, '../..');

/** Text of each edited file after all edits; throws when one does not match exactly once. */
export function editedFiles(mutant: Mutant): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { file, find, replace } of mutant.edits) {
    const path = join(ROOT, file);
    const text = texts.get(path) ?? readFileSync(path, 'utf8');
    const parts = text.split(find);
    if (parts.length !== 2)
      throw new Error(`${mutant.name}: found ${parts.length - 1} times in ${file}: ${find}`);
    texts.set(path, parts.join(replace));
  }
  return texts;
}
