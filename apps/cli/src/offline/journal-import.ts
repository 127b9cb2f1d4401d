import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { EMPTY_CHAIN, type ChainHead, type ChainPoint, type Journal } from '@weir/core/ports';
import type { JournalRecord, RecordBody } from '@weir/core/model';
import { checkRecordKind, restoreSnapshot } from '@weir/core/state';
import { CliError } from '../cli-error';
import { EXPORT_FORMAT_VERSION } from './journal-export';

/** A snapshot is the longest line; more than this is no export of ours. */
const LONGEST_LINE = 256 * 1024 * 1024;
/** Records in one commit. */
const BATCH = 256;

export interface Imported {
  readonly records: number;
  readonly firstSequence: number;
  readonly head: string;
}

/**
 * Fills an empty journal from an export, checking each line: shape, kind, chain, and that the file
 * is whole. Rejects with CliError naming the line; the journal is then half filled and to be thrown
 * away.
 */
export async function importJournal(file: string, journal: Journal): Promise<Imported> {
  const reading = new Reading(file, journal);
  const input = createReadStream(file, { encoding: 'utf8' });
  const lines = createInterface({ input, crlfDelay: Infinity });
  try {
    for await (const line of lines) await reading.line(line);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof CliError) throw error;
    throw new CliError({
      code: 'request-invalid',
      reason: `cannot read ${file}: ${code}`,
      where: file,
    });
  } finally {
    lines.close();
    input.destroy();
  }
  return reading.finish();
}

type Fields = Readonly<Record<string, unknown>>;

class Reading {
  #number = 0;
  #base: ChainHead | null = null;
  #checkpoints: ChainPoint[] = [];
  #batch: JournalRecord[] = [];
  #last: ChainPoint = EMPTY_CHAIN;
  #epoch = 0;
  #begun = false;
  #ended = false;

  constructor(
    private readonly file: string,
    private readonly journal: Journal,
  ) {}

  async line(text: string): Promise<void> {
    this.#number++;
    if (text === '') return;
    if (this.#ended) throw this.#bad('', 'something follows the end');
    const line = this.#parsed(text);
    if (this.#base === null) return this.#header(line);
    if ('checkpoint' in line) {
      if (this.#begun) throw this.#bad('checkpoint', 'checkpoints stand before the records');
      this.#checkpoints.push(this.#point(line['checkpoint'], 'checkpoint'));
    } else if ('record' in line) await this.#record(line['record']);
    else if ('snapshot' in line) await this.#snapshot(line['snapshot']);
    else if ('end' in line) {
      const end = this.#point(line['end'], 'end');
      await this.#flush();
      if (end.sequence !== this.#last.sequence || end.hash !== this.#last.hash)
        throw this.#bad('end', `is of record ${end.sequence}, the last was ${this.#last.sequence}`);
      this.#ended = true;
    } else throw this.#bad('', 'expected checkpoint, record, snapshot or end');
  }

  finish(): Imported {
    if (!this.#ended)
      throw new CliError({
        code: 'journal-corrupt',
        reason: 'the export was cut short: its last line, the end, is missing',
        where: `${this.file}:${this.#number}`,
        hint: 'export the journal again',
      });
    const firstSequence = (this.#base ?? EMPTY_CHAIN).sequence + 1;
    const { sequence, hash } = this.#last;
    return { records: sequence - firstSequence + 1, firstSequence, head: hash };
  }

  #header({ format, formatVersion, base }: Fields): void {
    if (format !== 'weir-journal') throw this.#bad('format', 'this is no export of a journal');
    if (typeof formatVersion === 'number' && formatVersion > EXPORT_FORMAT_VERSION)
      throw new CliError({
        code: 'journal-too-new',
        reason:
          `the export is of format ${formatVersion}, this version reads up to ` +
          `${EXPORT_FORMAT_VERSION}`,
        where: `${this.file}:${this.#number}: formatVersion`,
        hint: 'import it with the version that wrote it, or a newer one',
      });
    if (formatVersion !== EXPORT_FORMAT_VERSION)
      throw this.#bad('formatVersion', 'expected a format version');
    const point = this.#point(base, 'base');
    const { epoch } = base as Fields;
    if (!isCount(epoch)) throw this.#bad('base.epoch', 'expected a whole number');
    this.#base = { ...point, epoch };
    this.#last = point;
  }

  async #record(given: unknown): Promise<void> {
    await this.#begin();
    const { sequence, hash } = this.#point(given, 'record');
    const { atMs, epoch, body } = given as Fields;
    if (sequence !== this.#last.sequence + 1)
      throw this.#bad('record.sequence', `is ${sequence} behind ${this.#last.sequence}`);
    if (!Number.isFinite(atMs)) throw this.#bad('record.atMs', 'expected a time in ms');
    if (!isCount(epoch) || epoch < this.#epoch)
      throw this.#bad('record.epoch', `expected a whole number, ${this.#epoch} or more`);
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw this.#bad('record.body', 'expected an object');
    const record = { sequence, hash, atMs: atMs as number, epoch, body: body as RecordBody };
    const known = checkRecordKind(record);
    if (!known.ok)
      throw new CliError({
        ...known.error,
        where: `${this.file}:${this.#number}: record.body.kind`,
      });
    this.#epoch = epoch;
    this.#last = { sequence, hash };
    this.#batch.push(record);
    if (this.#batch.length === BATCH) await this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#begin();
    const batch = this.#batch;
    this.#batch = [];
    const appended = await Promise.all(
      batch.map(({ epoch, atMs, body }) => this.journal.append(epoch, atMs, [body])),
    );
    const wrong = batch.find((record, index) => appended[index]?.[0]?.hash !== record.hash);
    if (wrong)
      throw this.#bad('', `record ${wrong.sequence} does not follow from the one before it`);
  }

  /** Puts the base in place before the first record. */
  async #begin(): Promise<void> {
    if (this.#begun || this.#base === null) return;
    this.#begun = true;
    const base = this.#base;
    this.#epoch = base.epoch;
    if (base.sequence === 0 && this.#checkpoints.length === 0) return;
    await this.journal.snapshots?.adopt({ base, checkpoints: this.#checkpoints, snapshots: [] });
  }

  async #snapshot(given: unknown): Promise<void> {
    await this.#flush();
    const { sequence, hash } = this.#point(given, 'snapshot');
    const { atMs, text } = given as Fields;
    if (!isCount(atMs)) throw this.#bad('snapshot.atMs', 'expected a time in ms');
    if (typeof text !== 'string') throw this.#bad('snapshot.text', 'expected text');
    const restored = restoreSnapshot(text);
    if (!restored.ok)
      throw new CliError({
        ...restored.error,
        where: `${this.file}:${this.#number}: snapshot.text: ${restored.error.where}`,
      });
    await this.journal.snapshots?.save(this.#epoch, { sequence, hash, atMs, text });
  }

  #parsed(text: string): Fields {
    if (text.length > LONGEST_LINE) throw this.#bad('', 'the line is too long');
    try {
      const line: unknown = JSON.parse(text);
      if (typeof line === 'object' && line !== null && !Array.isArray(line)) return line as Fields;
    } catch {
      // Said below, with the number of the line.
    }
    throw this.#bad('', 'is not a JSON object');
  }

  #point(given: unknown, name: string): ChainPoint {
    if (typeof given !== 'object' || given === null) throw this.#bad(name, 'expected an object');
    const { sequence, hash } = given as Fields;
    if (!isCount(sequence)) throw this.#bad(`${name}.sequence`, 'expected a whole number');
    if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash))
      throw this.#bad(`${name}.hash`, 'expected 64 hexadecimal digits');
    return { sequence, hash };
  }

  #bad(field: string, reason: string): CliError {
    const place = `${this.file}:${this.#number}`;
    const where = field === '' ? place : `${place}: ${field}`;
    return new CliError({ code: 'journal-corrupt', reason, where });
  }
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
