import { readFileSync, statSync } from 'node:fs';
import {
  listFlights,
  MAX_FLIGHT_BYTES,
  parseFlight,
  type FlightContent,
} from '@weir/adapter-flight-file';
import { CliError } from '../cli-error';

/** What was asked for: files, or what a directory holds of a period. */
export interface FlightSource {
  readonly files: readonly string[];
  readonly dir: string | undefined;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A file on disk is at most this large; recorders bound theirs far below. */
const MAX_FILE_BYTES = MAX_FLIGHT_BYTES;

/** Paths of the recordings, the oldest first. */
export function findFlights({ files, dir, fromMs, toMs }: FlightSource): readonly string[] {
  if (fromMs > toMs)
    throw new CliError({
      code: 'request-invalid',
      reason: 'the period ends before it begins',
      where: '--to',
    });
  if (dir === undefined && (Number.isFinite(fromMs) || Number.isFinite(toMs)))
    throw new CliError({
      code: 'request-invalid',
      reason: 'a period is looked for in a directory of recordings',
      where: '--dir',
      hint: 'give --dir DIR as well; the daemon writes to spec.flightRecorder.directory',
    });
  if (dir === undefined) {
    if (files.length > 0) return files;
    throw new CliError({
      code: 'request-invalid',
      reason: 'no recording is named',
      hint: 'give recordings, or --dir DIR; the daemon writes to spec.flightRecorder.directory',
    });
  }
  if (files.length > 0)
    throw new CliError({
      code: 'request-invalid',
      reason: 'give either recordings or --dir, not both',
      where: '--dir',
    });
  const found = listed(dir).filter((item) => item.fromMs <= toMs);
  // The name tells when a recording begins; whether it reaches into the period, its end does.
  const covering = found.filter(({ path }) => (readFlight(path).toMs ?? Infinity) >= fromMs);
  if (covering.length > 0) return covering.map(({ path }) => path);
  throw new CliError({
    code: 'not-found',
    reason: `no recording in ${dir} covers the period`,
    where: '--dir',
    hint: 'recordings are made around changes; the journal shows when there was one',
  });
}

function listed(dir: string) {
  try {
    return listFlights(dir);
  } catch (error) {
    throw unreadable(dir, error);
  }
}

/** Reads one recording; what is wrong with it is told with its place. */
export function readFlight(path: string): FlightContent {
  let bytes: Uint8Array;
  try {
    const { size } = statSync(path);
    if (size > MAX_FILE_BYTES)
      throw new CliError({
        code: 'limit-exceeded',
        reason: `${path} has ${size} bytes; a recording has at most ${MAX_FILE_BYTES}`,
        where: path,
      });
    bytes = readFileSync(path);
  } catch (error) {
    throw error instanceof CliError ? error : unreadable(path, error);
  }
  const content = parseFlight(bytes);
  if (content.ok) return content.value;
  const { code, reason, where } = content.error;
  throw new CliError({ code, reason, where: `${path}: ${where}` });
}

function unreadable(path: string, error: unknown): CliError {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'it does not exist',
    EISDIR: 'it is a directory; give it with --dir',
    ENOTDIR: 'it is no directory',
    EACCES: 'permission denied',
  };
  const reason = `cannot read ${path}: ${known[code ?? ''] ?? message}`;
  return new CliError({ code: 'request-invalid', reason, where: path });
}
