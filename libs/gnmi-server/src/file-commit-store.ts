import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CommitStore, PendingCommit } from './backend';

/**
 * Keeps the pending commit in a JSON file. Written beside it, flushed, then renamed: after a
 * crash at any moment the file is the old or the new one. A file that cannot be read is an error,
 * because a commit that may wait in it must not be forgotten.
 */
export function fileCommitStore(path: string): CommitStore {
  return {
    async load() {
      let text: string;
      try {
        text = await readFile(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
      return checked(JSON.parse(text), path);
    },
    async save(pending) {
      if (pending === null) await rm(path, { force: true });
      else await writeDurably(path, JSON.stringify(pending));
      await flushDirectory(dirname(path));
    },
  };
}

async function writeDurably(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  const file = await open(beside, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}

/** The rename itself is durable only when its directory is. */
async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function checked(value: unknown, path: string): PendingCommit {
  const held = value as Partial<PendingCommit> | null;
  if (
    typeof held?.id === 'string' &&
    typeof held.deadlineMs === 'number' &&
    Array.isArray(held.before)
  )
    return held as PendingCommit;
  throw new Error(`${path} does not hold a pending commit`);
}
