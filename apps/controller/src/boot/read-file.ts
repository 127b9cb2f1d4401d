import { readFileSync, statSync } from 'node:fs';
import { err, ok, type ErrorCode, type Result } from '@weir/core/base';
import type { BootRefusal } from './boot-error';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
};

/** No file of ours is larger; the largest, a topology, is held to less by its reader. */
const MAX_FILE_BYTES = 256_000_000;

/** Text of a file, or which field named a file that cannot be read. */
export function readText(
  file: string,
  code: ErrorCode,
  namedBy: { readonly file: string; readonly where: string } | null,
): Result<string, BootRefusal> {
  const unreadable = (reason: string): Result<string, BootRefusal> =>
    err({
      code,
      file: namedBy?.file ?? file,
      where: namedBy?.where ?? '',
      reason: `cannot read ${file}: ${reason}`,
    });
  try {
    const status = statSync(file);
    // A device or a pipe may have no end, and the start would wait for it.
    if (!status.isFile() && !status.isDirectory()) return unreadable('is not a file');
    if (status.size > MAX_FILE_BYTES) return unreadable(`is larger than ${MAX_FILE_BYTES} bytes`);
    return ok(readFileSync(file, 'utf8'));
  } catch (error) {
    const cause = (error as NodeJS.ErrnoException).code ?? String(error);
    return unreadable(REASONS[cause] ?? cause);
  }
}
