import { readFileSync } from 'node:fs';
import { err, ok, type ErrorCode, type Result } from '@weir/core/base';
import type { BootRefusal } from './boot-error';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
};

/** Text of a file, or which field named a file that cannot be read. */
export function readText(
  file: string,
  code: ErrorCode,
  namedBy: { readonly file: string; readonly where: string } | null,
): Result<string, BootRefusal> {
  try {
    return ok(readFileSync(file, 'utf8'));
  } catch (error) {
    const cause = (error as NodeJS.ErrnoException).code ?? String(error);
    const reason = `cannot read ${file}: ${REASONS[cause] ?? cause}`;
    return err({ code, file: namedBy?.file ?? file, where: namedBy?.where ?? '', reason });
  }
}
