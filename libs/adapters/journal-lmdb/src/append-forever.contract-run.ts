/**
 * Appends numbered records until it is killed or refused; run by specs in a process of its own.
 * Prints `open N`, then `ack N` for each acknowledged record, then `refused MESSAGE`.
 */
import { writeSync } from 'node:fs';
import { openLmdbJournal } from './index';

const WRITERS = 8;

async function main(dir: string, padding: number): Promise<void> {
  const journal = await openLmdbJournal({ dir });
  let number = await journal.lastSequence();
  writeSync(1, `open ${number}\n`);
  const write = async (): Promise<void> => {
    for (;;) {
      const reason = `${++number}`.padEnd(padding, '.');
      const records = await journal.append(1, number, [{ kind: 'frozen', by: 'child', reason }]);
      writeSync(1, `ack ${records[0]?.sequence}\n`);
    }
  };
  const results = await Promise.allSettled(Array.from({ length: WRITERS }, write));
  const [first] = results;
  if (first?.status === 'rejected') writeSync(1, `refused ${String(first.reason)}\n`);
  const after = await journal.append(1, 0, [{ kind: 'unfrozen', by: 'child' }]).catch(String);
  writeSync(1, `after ${typeof after === 'string' ? after : 'appended'}\n`);
  await journal.close();
}

void main(process.argv[2] ?? '', Number(process.argv[3] ?? '200'));
