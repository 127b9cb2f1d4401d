import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LeafValue } from '@weir/gnmi';
import type { PendingCommit } from '@weir/gnmi-server';
import type { LinkOriginals } from '../interfaces/interfaces';
import { NO_ALLOCATION, type Allocation } from '../routes/allocation';

/** All that the agent must know after a restart, in one file that is replaced as a whole. */
export interface PersistedState {
  readonly formatVersion: 1;
  readonly config: readonly (readonly [path: string, value: LeafValue])[];
  readonly ids: Allocation;
  /** What links had before they were configured. */
  readonly links: LinkOriginals;
  readonly pending: PendingCommit | null;
}

export const EMPTY_PERSISTED: PersistedState = {
  formatVersion: 1,
  config: [],
  ids: NO_ALLOCATION,
  links: {},
  pending: null,
};

export class StateFileError extends Error {
  constructor(path: string, detail: string, options?: ErrorOptions) {
    super(`${path}: ${detail}`, options);
    this.name = 'StateFileError';
  }
}

/**
 * `state.json` in the state directory. A write is durable when it resolves: the new file is
 * flushed, takes the place of the old one in one rename, and the directory is flushed after it.
 */
export class StateFile {
  private readonly path: string;

  constructor(private readonly directory: string) {
    this.path = join(directory, 'state.json');
  }

  /** Null when there is none yet. A damaged file is an error: guessing would reroute traffic. */
  async load(): Promise<PersistedState | null> {
    await mkdir(this.directory, { recursive: true, mode: 0o750 });
    return this.peek();
  }

  /** As load(), and makes no directory. */
  async peek(): Promise<PersistedState | null> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw new StateFileError(this.path, 'cannot be read', { cause: error });
    }
    return this.parse(text);
  }

  async save(state: PersistedState): Promise<void> {
    const draft = `${this.path}.new`;
    const file = await open(draft, 'w', 0o640);
    try {
      await file.writeFile(`${JSON.stringify(state, null, 1)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.path);
    const directory = await open(dirname(this.path), 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  private parse(text: string): PersistedState {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw new StateFileError(this.path, 'is not JSON; move it away to start empty', {
        cause: error,
      });
    }
    const state = value as Partial<PersistedState> | null;
    if (state?.formatVersion !== 1)
      throw new StateFileError(this.path, 'has another formatVersion than 1');
    if (!Array.isArray(state.config) || typeof state.ids !== 'object')
      throw new StateFileError(this.path, 'lacks `config` or `ids`; move it away to start empty');
    return { ...EMPTY_PERSISTED, ...state, formatVersion: 1 };
  }
}
