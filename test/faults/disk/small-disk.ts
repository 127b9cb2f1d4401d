import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PAGE = Buffer.alloc(4_096);

/** Why disks of a test's own cannot be had here; null when they can. */
export function whyNoDisks(): string | null {
  if (process.getuid?.() !== 0) return 'mounting a small disk needs root';
  const disk = SmallDisk.make(1);
  if (disk === null) return 'this machine does not let root mount a tmpfs';
  disk.remove();
  return null;
}

/** A file system of a few MiB in memory that can be filled up and made read-only. */
export class SmallDisk {
  /** A test runner that exits in a hurry must not leave file systems behind. */
  readonly #reap = (): void => void spawnSync('umount', ['-l', this.folder], { stdio: 'ignore' });

  private constructor(readonly folder: string) {
    process.once('exit', this.#reap);
  }

  /** Null when it cannot be mounted. */
  static make(sizeMiB: number): SmallDisk | null {
    const folder = mkdtempSync(join(tmpdir(), 'weir-disk-'));
    const options = ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', folder];
    if (spawnSync('mount', options, { stdio: 'ignore' }).status === 0) return new SmallDisk(folder);
    rmSync(folder, { recursive: true });
    return null;
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  }

  /** Writes until nothing more fits. */
  fill(): void {
    const file = openSync(join(this.folder, 'ballast'), 'a');
    try {
      while (this.freeBytes > 0) writeSync(file, PAGE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(join(this.folder, 'ballast'), { force: true });
  }

  /** Refused by the system while a process has a file open for writing. */
  remount(mode: 'ro' | 'rw'): void {
    const done = spawnSync('mount', ['-o', `remount,${mode}`, this.folder], { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`remount ${mode}: ${done.stderr}`);
  }

  remove(): void {
    process.removeListener('exit', this.#reap);
    this.#reap();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
