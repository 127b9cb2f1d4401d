import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** Announcements of ours in one speaker, by leaf. */
export type View = ReadonlyMap<string, string>;

/**
 * Where it is kept what a speaker held last, so that a speaker that lost its memory gets it back.
 * The view of another address is another speaker's and is not given out.
 */
export interface ViewStore {
  load(device: string, address: string): Promise<View | null>;
  save(device: string, address: string, view: View): Promise<void>;
}

/** For as long as the process lives. */
export class MemoryViewStore implements ViewStore {
  private readonly views = new Map<string, View>();

  load(device: string, address: string): Promise<View | null> {
    return Promise.resolve(this.views.get(`${device} ${address}`) ?? null);
  }

  save(device: string, address: string, view: View): Promise<void> {
    this.views.set(`${device} ${address}`, new Map(view));
    return Promise.resolve();
  }
}

/** One file for each device, replaced as a whole and on disk before `save` resolves. */
export class FileViewStore implements ViewStore {
  constructor(private readonly dir: string) {}

  /** Rejects when there is a file that cannot be read: it is not known then what was there. */
  async load(device: string, address: string): Promise<View | null> {
    let text: string;
    try {
      text = await readFile(this.file(device), 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw cause;
    }
    const stored = storedIn(text);
    if (stored === null) {
      await rename(this.file(device), `${this.file(device)}.damaged`);
      throw new Error(`${this.file(device)} is not as Weir writes it; kept as .damaged`);
    }
    return stored.address === address ? new Map(Object.entries(stored.announcements)) : null;
  }

  async save(device: string, address: string, view: View): Promise<void> {
    await mkdir(this.dir, { recursive: true });
    const stored: Stored = {
      formatVersion: 1,
      device,
      address,
      announcements: Object.fromEntries(view),
    };
    const file = this.file(device);
    const handle = await open(`${file}.new`, 'w', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(stored, null, 1)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.new`, file);
  }

  /** Names of devices are letters, digits, dots, underscores and dashes. */
  private file(device: string): string {
    return join(this.dir, `${device}.json`);
  }
}

function storedIn(text: string): Stored | null {
  try {
    const stored = JSON.parse(text) as Partial<Stored> | null;
    const whole = stored?.formatVersion === 1 && typeof stored.announcements === 'object';
    return whole ? (stored as Stored) : null;
  } catch {
    // Half a file, which is told like any other that cannot be used.
    return null;
  }
}

interface Stored {
  readonly formatVersion: 1;
  readonly device: string;
  readonly address: string;
  readonly announcements: Readonly<Record<string, string>>;
}
