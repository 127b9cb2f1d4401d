/**
 * Flips one bit after the other in copies of a journal's file and opens each copy; run by specs in
 * a process of its own, because what is looked for is the death of that process. Arguments:
 * directory, seed, flips. Prints `same`, `corrupt`, or what should not be, for each flip.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@weir/core/base';
import { JournalCorrupt } from '@weir/core/ports';
import { openLmdbJournal } from './index';

const RECORDS = 300;
const PAGE_BYTES = 4_096;

async function write(dir: string): Promise<void> {
  const journal = await openLmdbJournal({ dir });
  for (let i = 1; i <= RECORDS; i++) {
    // Every ninth has pages of its own.
    const reason = `${i}`.padEnd(i % 9 === 0 ? 5_000 : 150, '.');
    await journal.append(1, i, [{ kind: 'frozen', by: 'flip', reason }]);
  }
  await journal.close();
}

async function judge(dir: string): Promise<string> {
  try {
    const journal = await openLmdbJournal({ dir });
    let next = 1;
    for await (const record of journal.read(1)) {
      if (!(record.body as { reason: string }).reason.startsWith(`${next}.`)) return 'other text';
      next++;
    }
    // Writing goes through structures that reading does not.
    await journal.append(1, next, [{ kind: 'unfrozen', by: 'flip' }]);
    await journal.close();
    return next === RECORDS + 1 ? 'same' : `${next - 1} records`;
  } catch (error) {
    return error instanceof JournalCorrupt ? 'corrupt' : String(error);
  }
}

async function main(dir: string, seed: number, flips: number): Promise<void> {
  const random = seededRandom(seed);
  await write(dir);
  const original = readFileSync(join(dir, 'data.mdb'));
  for (let i = 0; i < flips; i++) {
    const bytes = Buffer.from(original);
    // Two of three hit the first bytes of a page, where the structure is.
    const page = random.below(bytes.length / PAGE_BYTES) * PAGE_BYTES;
    const offset = i % 3 === 0 ? random.below(bytes.length) : page + random.below(64);
    bytes[offset] = (bytes[offset] ?? 0) ^ (1 << random.below(8));
    const copy = join(dir, `flip-${i}`);
    mkdirSync(copy);
    writeFileSync(join(copy, 'data.mdb'), bytes);
    copyFileSync(join(dir, 'anchor.json'), join(copy, 'anchor.json'));
    const verdict = await judge(copy);
    writeSync(1, `${verdict} (byte ${offset})\n`);
    rmSync(copy, { recursive: true });
  }
}

const [, , dir = '', seed = '1', flips = '60'] = process.argv;
void main(dir, Number(seed), Number(flips));
