import { statSync } from 'node:fs';
import { join } from 'node:path';
import { HEDERA_PATTERNS, readPattern, type PatternFlow } from '@weir/sim';
import { readText, unusable } from './te-data';

/** Patterns of `<folder>/hedera-patterns` whose figures are known; null without the folder. */
export function readPatterns(folder: string): Map<string, PatternFlow[]> | null {
  const root = join(folder, 'hedera-patterns', 'fattree');
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) return null;
  const patterns = new Map<string, PatternFlow[]>();
  for (const name of Object.keys(HEDERA_PATTERNS)) {
    const pattern = readPattern(name, readText(join(root, name)));
    if (!pattern.ok) throw unusable(join(root, pattern.error.where), pattern.error.reason);
    patterns.set(name, pattern.value);
  }
  return patterns;
}
