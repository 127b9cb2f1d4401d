import { MemoryJournal, MemoryJournalStore } from '@weir/adapter-journal-memory';
import type { Random } from '@weir/core/base';
import type { JournalRecord, RecordBody } from '@weir/core/model';
import {
  JournalCorrupt,
  JournalUnavailable,
  type Journal,
  type JournalSnapshots,
  type JournalVerification,
} from '@weir/core/ports';
import type { VirtualTime } from '@weir/sim';
import type { Gate } from './gate';
import type { TimelineWriter } from './timeline';

/** What becomes of one append. `lost-answer`: written, but the writer is told that it failed. */
export type AppendFate = 'written' | 'refused' | 'lost-answer';

/** Where the records are: outlives every process, and is all that a new one finds. */
export class Disk {
  readonly store = new MemoryJournalStore();
  changesProposed = 0;
  /** Asked for each append; set by faults. */
  fateOf: (process: string) => AppendFate = () => 'written';
  /** How many records of an append that was cut by a crash are there afterwards. */
  tornPrefix: (records: number) => number = () => 0;
  /** Records as they were before they were damaged, by sequence. */
  private readonly good = new Map<number, JournalRecord>();
  private readonly watchers = new Set<(process: string) => void>();
  private readonly journal = new MemoryJournal(this.store);

  constructor(
    readonly time: VirtualTime,
    readonly timeline: TimelineWriter,
    readonly random: Random,
  ) {}

  write(
    process: string,
    epoch: number,
    atMs: number,
    bodies: readonly RecordBody[],
  ): readonly JournalRecord[] {
    const records = this.store.append(epoch, atMs, bodies);
    for (const record of records) {
      if (record.body.kind === 'change-proposed') this.changesProposed++;
      this.timeline.write({ kind: 'record', process, record });
    }
    return records;
  }

  /** Called while an append is under way; returns what ends it. */
  onAppend(watcher: (process: string) => void): () => void {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }

  appending(process: string): void {
    for (const watcher of this.watchers) watcher(process);
  }

  damage(sequence: number): void {
    const record = this.store.at(sequence);
    if (record === null || this.good.has(sequence)) return;
    this.good.set(sequence, record);
    this.store.damage({ ...record, atMs: record.atMs + 1 });
  }

  /** Somebody puts the good copy back. */
  restore(): void {
    for (const record of this.good.values()) this.store.damage(record);
    this.good.clear();
  }

  verify(): Promise<JournalVerification> {
    return this.journal.verify();
  }

  /** Highest epoch that has written. */
  lastEpoch(): number {
    return this.store.at(this.store.length)?.epoch ?? 0;
  }

  async records(): Promise<readonly JournalRecord[]> {
    const records: JournalRecord[] = [];
    for await (const record of this.journal.read(1)) records.push(record);
    return records;
  }
}

/** The journal as one process sees it: every call takes time and passes the gate of the process. */
export class DiskJournal implements Journal {
  readonly snapshots: JournalSnapshots;
  private readonly inner: MemoryJournal;
  private failed: Error | null = null;

  constructor(
    private readonly disk: Disk,
    private readonly gate: Gate,
    private readonly process: string,
  ) {
    this.inner = new MemoryJournal(disk.store);
    this.snapshots = this.gated(this.inner.snapshots);
  }

  /** Throws JournalCorrupt on damage, as the daemon's journals do when they are opened. */
  async open(): Promise<void> {
    const { chain, brokenAt, detail } = await this.gate.call(() => this.disk.verify());
    if (chain === 'broken') throw new JournalCorrupt(brokenAt ?? 0, `journal: ${detail}`);
  }

  append(
    epoch: number,
    atMs: number,
    bodies: readonly RecordBody[],
  ): Promise<readonly JournalRecord[]> {
    return this.gate.call(async () => {
      if (this.failed !== null) throw this.failed;
      await this.pause();
      this.disk.appending(this.process);
      const fate = this.disk.fateOf(this.process);
      if (this.gate.isDead) return this.torn(epoch, atMs, bodies);
      if (fate === 'refused') throw this.fail('no space left on device');
      const records = this.disk.write(this.process, epoch, atMs, bodies);
      await this.pause();
      if (fate === 'lost-answer') throw this.fail('fsync: input/output error');
      return records;
    });
  }

  read(fromSequence: number): AsyncIterable<JournalRecord> {
    return this.inner.read(fromSequence);
  }

  follow(
    fromSequence: number,
    onRecord: (record: JournalRecord) => void,
  ): Promise<() => Promise<void>> {
    return this.inner.follow(fromSequence, onRecord);
  }

  lastSequence(): Promise<number> {
    return this.inner.lastSequence();
  }

  verify(): Promise<JournalVerification> {
    return this.inner.verify();
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  private gated(inner: JournalSnapshots): JournalSnapshots {
    const { gate } = this;
    // A snapshot takes a moment as well, in which the process can be killed.
    const after = async <T>(work: () => Promise<T>): Promise<T> => {
      await this.pause();
      return work();
    };
    return {
      list: () => gate.call(() => inner.list()),
      base: () => gate.call(() => inner.base()),
      checkpoints: () => gate.call(() => inner.checkpoints()),
      save: (epoch, snapshot) => gate.call(() => after(() => inner.save(epoch, snapshot))),
      compact: (epoch, upTo) => gate.call(() => after(() => inner.compact(epoch, upTo))),
      addCheckpoint: (epoch, point) => gate.call(() => inner.addCheckpoint(epoch, point)),
      adopt: (from) => gate.call(() => inner.adopt(from)),
    };
  }

  /** Killed while writing: some of it may be there. */
  private torn(epoch: number, atMs: number, bodies: readonly RecordBody[]): never[] {
    const count = this.disk.tornPrefix(bodies.length);
    if (count > 0) this.disk.write(this.process, epoch, atMs, bodies.slice(0, count));
    return [];
  }

  private fail(message: string): Error {
    this.failed = new JournalUnavailable(`journal: ${message}`);
    return this.failed;
  }

  private pause(): Promise<void> {
    const delayMs = 1 + this.disk.random.below(3);
    return new Promise((resolve) => void this.disk.time.after(delayMs, resolve));
  }
}
