import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { ok, refuse, type Result } from '@weir/core/base';
import { anchorLine, parseAnchor, type AnchorPoint } from './anchor-point';
import type { AnchorSink } from './anchor-sink';

/** A line of anchors has a hundred and some characters; whatever is much longer is another file. */
const LONGEST_LINE = 4_096;

/**
 * Appends one line of JSON for each head and syncs it. The file is only ever appended to, so it may
 * lie where nothing can be overwritten (an append-only attribute, another host).
 */
export class FileSink implements AnchorSink {
  readonly name = 'file';
  #handle: FileHandle | null = null;

  constructor(private readonly path: string) {}

  async write(point: AnchorPoint): Promise<void> {
    const handle = (this.#handle ??= await this.#open());
    try {
      await handle.appendFile(`${anchorLine(point)}\n`);
      await handle.datasync();
    } catch (error) {
      // Opened anew by the next try, which also ends a line that was cut short.
      this.#handle = null;
      await handle.close().catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
  }

  async #open(): Promise<FileHandle> {
    const handle = await open(this.path, 'a+', 0o600);
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    if (size > 0 && last.toString() !== '\n') await handle.appendFile('\n');
    return handle;
  }
}

export interface AnchorFile {
  readonly points: readonly AnchorPoint[];
  /** Lines that a crash cut short; a later line shows that anchoring went on. */
  readonly cutLines: number;
}

/**
 * Every head that the file holds, in its order. A line that was cut short is counted and passed
 * over; any other line that is no anchor refuses, with its number. A missing file has no points.
 */
export async function readAnchorFile(path: string): Promise<Result<AnchorFile>> {
  const points: AnchorPoint[] = [];
  let cutLines = 0;
  let number = 0;
  const input = createReadStream(path, { encoding: 'utf8' });
  const lines = createInterface({ input, crlfDelay: Infinity });
  try {
    for await (const line of lines) {
      number++;
      if (line === '') continue;
      const where = `${path}:${number}`;
      if (line.length > LONGEST_LINE) return refuse('journal-corrupt', where, 'is no anchor');
      const point = parseAnchor(line, where);
      if (point.ok) points.push(point.value);
      else if (line.startsWith('{') && !line.endsWith('}')) cutLines++;
      else return point;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ok({ points: [], cutLines: 0 });
    return refuse('journal-unavailable', path, `cannot be read: ${String(error)}`);
  } finally {
    lines.close();
    input.destroy();
  }
  return ok({ points, cutLines });
}
