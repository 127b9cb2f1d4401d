import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputOf, inputText } from './input-text';

const ROOT = join(__dirname, '../corpus');

export interface KeptInput {
  /** File name without its ending: what went wrong with it. */
  readonly name: string;
  readonly input: unknown;
}

/** Inputs that a door once failed on, in order of their names; they are fed before all others. */
export function keptInputs(door: string): readonly KeptInput[] {
  const dir = join(ROOT, door);
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({
      name: file.replace(/\.json$/, ''),
      input: inputOf(readFileSync(join(dir, file), 'utf8')),
    }));
}

/** Keeps an input under a name that says what it does; returns the file. */
export function keepInput(door: string, name: string, input: unknown): string {
  const dir = join(ROOT, door);
  mkdirSync(dir, { recursive: true });
  const file = join(dir, `${name}.json`);
  writeFileSync(file, `${inputText(input)}\n`);
  return file;
}
