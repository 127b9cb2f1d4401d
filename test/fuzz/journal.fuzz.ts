import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { openLmdbJournal } from '@weir/adapter-journal-lmdb';
import { canonicalJson, JournalCorrupt, JournalUnavailable } from '@weir/core/ports';
import { errorText, Violation, type Door, type OpenDoor } from './driver';

/** Places are ratios of the file; `page` puts them at the beginning of a page, where structure is. */
interface Spoil {
  readonly kind: 'flip' | 'set' | 'zero' | 'cut' | 'grow' | 'copy';
  readonly at: number;
  readonly to: number;
  readonly amount: number;
  readonly page: boolean;
}

interface Input {
  readonly file: 'data.mdb' | 'anchor.json';
  readonly spoils: readonly Spoil[];
  readonly readOnly: boolean;
}

const RECORDS = 120;
const PAGE_BYTES = 4_096;

const ratio = fc.double({ min: 0, max: 1, noNaN: true });
const spoil: fc.Arbitrary<Spoil> = fc.record({
  kind: fc.constantFrom('flip', 'flip', 'set', 'set', 'zero', 'cut', 'grow', 'copy'),
  at: ratio,
  to: ratio,
  amount: fc.nat(255),
  page: fc.boolean(),
});

function spoilt(bytes: Buffer, { kind, at, to, amount, page }: Spoil): Buffer {
  if (bytes.length === 0) return bytes;
  const place = (where: number): number => {
    const offset = Math.min(bytes.length - 1, Math.floor(where * bytes.length));
    return page
      ? Math.min(bytes.length - 1, Math.floor(offset / PAGE_BYTES) * PAGE_BYTES + (offset % 64))
      : offset;
  };
  const [from, end] = [place(Math.min(at, to)), place(Math.max(at, to))];
  const copy = Buffer.from(bytes);
  switch (kind) {
    case 'flip':
      copy[from] = (copy[from] as number) ^ (1 << (amount & 7));
      return copy;
    case 'set':
      copy[from] = amount;
      return copy;
    case 'zero':
      return copy.fill(0, from, Math.min(end, from + PAGE_BYTES));
    case 'cut':
      return copy.subarray(0, end);
    case 'grow':
      return Buffer.concat([copy, Buffer.alloc((1 + amount) * 100, amount)]);
    case 'copy':
      bytes.copy(copy, from, end, Math.min(bytes.length, end + PAGE_BYTES));
      return copy;
  }
}

const reasonOf = (sequence: number): string =>
  `${sequence}`.padEnd(sequence % 9 === 0 ? 5_000 : 90, '.');

async function write(dir: string): Promise<void> {
  const journal = await openLmdbJournal({ dir });
  for (let i = 1; i <= RECORDS; i++)
    await journal.append(1, i, [{ kind: 'frozen', by: 'fuzz', reason: reasonOf(i) }]);
  await journal.close();
}

/** Opens, reads everything and appends; what is read must be what was written. */
async function judge(dir: string, readOnly: boolean): Promise<string> {
  const journal = await openLmdbJournal({ dir, readOnly });
  try {
    let next = 1;
    for await (const record of journal.read(1)) {
      const body = { kind: 'frozen', by: 'fuzz', reason: reasonOf(next) };
      if (record.sequence !== next || canonicalJson(record.body) !== canonicalJson(body))
        throw new Violation(`record ${next} was read as ${JSON.stringify(record).slice(0, 200)}`);
      next++;
    }
    const { chain, records } = await journal.verify();
    if (chain === 'ok' && records !== next - 1)
      throw new Violation(`verified ${records}, read ${next - 1}`);
    if (!readOnly) await journal.append(1, next, [{ kind: 'unfrozen', by: 'fuzz' }]);
    return next - 1 === RECORDS
      ? 'whole'
      : `${next - 1 >= RECORDS - 1 ? 'torn tail dropped' : 'shorter'}`;
  } finally {
    await journal.close();
  }
}

async function feed(home: string, { file, spoils, readOnly }: Input): Promise<string> {
  const original = join(home, 'original');
  // Never the same path twice: LMDB knows environments by their place.
  const copy = mkdtempSync(join(home, 'copy-'));
  for (const name of ['data.mdb', 'anchor.json'])
    if (existsSync(join(original, name))) copyFileSync(join(original, name), join(copy, name));
  const bytes = spoils.reduce(spoilt, readFileSync(join(original, file)));
  writeFileSync(join(copy, file), bytes);
  try {
    const word = await judge(copy, readOnly);
    // A reader beside the daemon verifies nothing on open, and cannot know of records it misses.
    if (word === 'shorter' && !readOnly && file === 'data.mdb')
      throw new Violation('records are missing, and nobody said so');
    return word;
  } catch (error) {
    if (error instanceof Violation) throw error;
    if (error instanceof JournalCorrupt) return 'corrupt';
    if (error instanceof JournalUnavailable) return 'unavailable';
    throw new Violation(`no refusal of a journal: ${errorText(error)}`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

async function open(): Promise<OpenDoor<Input>> {
  const home = mkdtempSync(join(tmpdir(), 'weir-fuzz-journal-'));
  await write(join(home, 'original'));
  return {
    feed: (input) => feed(home, input),
    good: async () => {
      const outcome = await feed(home, { file: 'data.mdb', spoils: [], readOnly: false });
      if (outcome !== 'whole') throw new Violation(outcome);
    },
    close: () => {
      rmSync(home, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

/** Journal files that were damaged or forged. Runs in a process of its own: LMDB maps its file. */
export const journalDoor: Door<Input> = {
  name: 'journal',
  about: 'files of the journal, opened for writing and for reading',
  // lmdb keeps some 90 kB of buffers for every environment that was opened and closed.
  libraryBytesPerInput: 100_000,
  input: fc.record({
    file: fc.oneof(
      { weight: 6, arbitrary: fc.constant('data.mdb' as const) },
      { weight: 1, arbitrary: fc.constant('anchor.json' as const) },
    ),
    spoils: fc.array(spoil, { minLength: 1, maxLength: 3 }),
    readOnly: fc.boolean(),
  }),
  open,
};
