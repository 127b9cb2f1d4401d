import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';

const SKIPPED = new Set(['node_modules', 'dist', '.git', 'coverage', '.weir']);

/** Files of the repository whose path, relative to the top, matches; sorted. */
export function globSync(pattern, folder = '') {
  const found = [];
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) found.push(...globSync(pattern, path));
    if (entry.isFile() && pattern.test(path)) found.push(path);
  }
  return found.sort();
}
