/**
 * Southbound process that begins an operation and never ends it; run by specs in a process of its
 * own, to be killed. Arguments: URL, prefix. Prints `begun ID` for each operation.
 */
import { writeSync } from 'node:fs';
import { BullQueue } from './index';

const [, , url = '', prefix = ''] = process.argv;
const queue = new BullQueue({ url, prefix, lockMs: 1_000, checkMs: 200 });
void queue.work((operation) => {
  writeSync(1, `begun ${operation.id}\n`);
  return new Promise(() => undefined);
});
