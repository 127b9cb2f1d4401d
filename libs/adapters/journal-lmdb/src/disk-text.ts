import { statfsSync } from 'node:fs';

/** LMDB reports a disk without room as an input/output error: less than this is said to be full. */
const FULL_BYTES = 1024 * 1024;

/** What went wrong with the disk, and whether it is full. */
export function diskText(error: unknown, dir: string): string {
  const text = String(error);
  try {
    const { bavail, bsize } = statfsSync(dir);
    const freeBytes = bavail * bsize;
    if (freeBytes < FULL_BYTES)
      return `${text}; no space left on the file system of ${dir} (${freeBytes} bytes free)`;
  } catch {
    // The error itself is what matters; this only explains it.
  }
  return text;
}
