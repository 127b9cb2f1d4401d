/**
 * Measures how long a start takes with and without snapshots, and prints one JSON object; not a
 * test, because the times say something about the machine as well. Arguments: records (1,000,000),
 * records kept (200,000). Run from the repository's root:
 *
 *     node -r ./tools/register-typescript.cjs \
 *       libs/adapters/journal-replicated/src/recovery-times.contract-run.ts 1000000
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbJournal } from '@weir/adapter-journal-lmdb';
import { sampleHistory } from '@weir/conformance';
import type { ChainPoint, Journal } from '@weir/core/ports';
import {
  applyRecord,
  emptyDurableState,
  restoreSnapshot,
  snapshotText,
  type DurableState,
} from '@weir/core/state';

const EVERY = 10_000;
const BATCH = 500;
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

async function recover(
  journal: Journal,
  snapshots: boolean,
): Promise<{ state: DurableState; folded: number }> {
  const [newest] = snapshots ? ((await journal.snapshots?.list()) ?? []) : [];
  const restored = newest ? restoreSnapshot(newest.text) : null;
  let state = restored?.ok ? restored.value.state : emptyDurableState;
  const from = state.lastSequence;
  for await (const record of journal.read(from + 1)) state = applyRecord(state, record);
  return { state, folded: state.lastSequence - from };
}

async function measure(dir: string, snapshots: boolean): Promise<Record<string, number>> {
  const started = performance.now();
  const journal = await openLmdbJournal({ dir });
  const opened = performance.now();
  const { state, folded } = await recover(journal, snapshots);
  const ended = performance.now();
  await journal.close();
  return {
    openAndVerifyMs: Math.round(opened - started),
    foldMs: Math.round(ended - opened),
    records: state.lastSequence,
    folded,
    fileMiB: Math.round(statSync(join(dir, 'data.mdb')).size / 1024 / 1024),
  };
}

async function write(dir: string, records: number): Promise<void> {
  const journal = await openLmdbJournal({ dir });
  let state = emptyDurableState;
  let last: ChainPoint | undefined;
  const history = sampleHistory(1);
  for (let done = 0; done < records;) {
    const batch = Array.from({ length: Math.min(BATCH, records - done) }, () => {
      const next = history.next();
      if (next.done === true) throw new Error('the history ended');
      return next.value;
    });
    const appended = await Promise.all(
      batch.map(({ epoch, atMs, body }) => journal.append(epoch, atMs, [body])),
    );
    last = appended.at(-1)?.at(-1);
    done += batch.length;
    state = batch.reduce(applyRecord, state);
    if (done % EVERY !== 0 || !last) continue;
    state = await takeSnapshot(journal, state, last);
  }
  await journal.close();
}

async function takeSnapshot(
  journal: Journal,
  state: DurableState,
  { hash }: ChainPoint,
): Promise<DurableState> {
  const sequence = state.lastSequence;
  const text = snapshotText(state, hash);
  const body = { kind: 'snapshot-taken', sequence, hash, digest: digest(text) } as const;
  const { epoch } = state;
  await journal.append(epoch, 1, [body]);
  await journal.snapshots?.save(epoch, { sequence, hash, atMs: 1, text });
  return applyRecord(state, { atMs: 1, epoch, body });
}

async function main(): Promise<void> {
  const records = Number(process.argv[2] ?? 1_000_000);
  const keep = Number(process.argv[3] ?? 200_000);
  const root = mkdtempSync(join(tmpdir(), 'weir-recovery-'));
  try {
    const dir = join(root, 'journal');
    await write(dir, records);
    const without = await measure(dir, false);
    const uncut = await measure(dir, true);
    const journal = await openLmdbJournal({ dir });
    await journal.snapshots?.compact(1_000_000_000, (await journal.lastSequence()) - keep);
    await journal.close();
    const cut = await measure(dir, true);
    process.stdout.write(`${JSON.stringify({ without, uncut, cut }, null, 2)}\n`);
  } finally {
    rmSync(root, { recursive: true });
  }
}

void main();
