import { unwatchFile, watchFile, type Stats } from 'node:fs';

/** Polling sees what editors and config maps do (rename, symlink swap), which events often miss. */
const INTERVAL_MS = 1_000;

/** Calls back when a file changes; the process is not kept alive by it. Returns the end of it. */
export function watchFiles(files: readonly string[], onChange: () => void): () => void {
  const listener = (now: Stats, before: Stats): void => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino) onChange();
  };
  for (const file of files) watchFile(file, { interval: INTERVAL_MS, persistent: false }, listener);
  return () => {
    for (const file of files) unwatchFile(file, listener);
  };
}
