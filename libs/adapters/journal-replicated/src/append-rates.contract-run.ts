/**
 * Measures the journals on this machine and prints one JSON object; not a test, because a rate
 * says something about the disk as well. Run from the repository's root:
 *
 *     node -r ./tools/register-typescript.cjs \
 *       libs/adapters/journal-replicated/src/append-rates.contract-run.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbJournal } from '@weir/adapter-journal-lmdb';
import { MemoryJournal } from '@weir/adapter-journal-memory';
import { openRedisJournal } from '@weir/adapter-journal-redis';
import { startRedis } from '@weir/conformance';
import type { RecordBody } from '@weir/core/model';
import type { Journal } from '@weir/core/ports';
import { replicate } from './index';

const MEASURE_MS = 2_000;
/** About the size of a change's transition. */
const body: RecordBody = { kind: 'frozen', by: 'bench', reason: 'x'.repeat(200) };

interface Rate {
  readonly journal: string;
  readonly writers: number;
  readonly appendsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

async function measure(name: string, journal: Journal, writers: number): Promise<Rate> {
  const tookMs: number[] = [];
  const started = performance.now();
  const write = async (): Promise<void> => {
    while (performance.now() - started < MEASURE_MS) {
      const from = performance.now();
      await journal.append(1, 1, [body]);
      tookMs.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  const seconds = (performance.now() - started) / 1_000;
  tookMs.sort((a, b) => a - b);
  const quantile = (q: number): number =>
    Number((tookMs[Math.floor(tookMs.length * q)] ?? 0).toFixed(3));
  return {
    journal: name,
    writers,
    appendsPerSecond: Math.round(tookMs.length / seconds),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  };
}

async function measureOpening(dir: string): Promise<{ records: number; openMs: number }> {
  const from = performance.now();
  const journal = await openLmdbJournal({ dir });
  const openMs = Math.round(performance.now() - from);
  const records = await journal.lastSequence();
  await journal.close();
  return { records, openMs };
}

async function main(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'weir-rates-'));
  const redis = await startRedis();
  const rates: Rate[] = [];
  const run = async (name: string, journal: Journal): Promise<void> => {
    for (const writers of [1, 64]) rates.push(await measure(name, journal, writers));
    await journal.close();
  };
  try {
    await run('memory', new MemoryJournal());
    await run('lmdb', await openLmdbJournal({ dir }));
    const opening = await measureOpening(dir);
    if (redis) {
      await run(
        'redis, appendfsync always',
        await openRedisJournal({ url: redis.url, prefix: 'a' }),
      );
      const shared = await openRedisJournal({ url: redis.url, prefix: 'b' });
      const local = await openLmdbJournal({ dir: join(dir, 'local') });
      await run('redis and lmdb', await replicate(shared, local));
    }
    process.stdout.write(`${JSON.stringify({ rates, opening }, null, 2)}\n`);
  } finally {
    await redis?.stop();
    rmSync(dir, { recursive: true });
  }
}

void main();
