import type { JournalRecord, RecordBody } from '@weir/core/model';
import {
  JournalUnavailable,
  type Journal,
  type JournalSnapshots,
  type JournalVerification,
} from '@weir/core/ports';
import { ReplicatedSnapshots } from './replicated-snapshots';

/** What the primary wrote, and the secondary's promise to write the same. */
interface HandedOn {
  readonly wanted: readonly JournalRecord[];
  readonly second: Promise<readonly JournalRecord[]>;
}

/**
 * Appends go to the primary, then to the secondary; appends that come meanwhile overlap. What is
 * read, followed and counted is what the secondary has, because that is what both have. After a
 * failure of either nothing more is appended: opening the pair again brings them together.
 */
export class ReplicatedJournal implements Journal {
  #refusal: Error | null = null;
  /** Keeps the order of the secondary: the answers of the primary come in order already. */
  #tail: Promise<unknown> = Promise.resolve();
  #last: Promise<unknown> = Promise.resolve();

  /** Only where both of the pair keep them. */
  readonly snapshots: JournalSnapshots | undefined;

  constructor(
    private readonly primary: Journal,
    private readonly secondary: Journal,
  ) {
    const [first, second] = [primary.snapshots, secondary.snapshots];
    if (first && second) this.snapshots = new ReplicatedSnapshots(first, second);
  }

  async append(
    epoch: number,
    atMs: number,
    bodies: readonly RecordBody[],
  ): Promise<readonly JournalRecord[]> {
    if (this.#refusal) throw this.#refusal;
    const first = this.primary.append(epoch, atMs, bodies);
    const before = this.#tail;
    const handedOn = (async () => {
      await before;
      const wanted = await first;
      if (this.#refusal) throw this.#refusal;
      // Not awaited here: the next append may share the secondary's commit with this one.
      const second = this.#appendSecondary(epoch, atMs, bodies);
      second.catch(() => undefined);
      return { wanted, second };
    })();
    this.#tail = handedOn.catch(() => undefined);
    const done = this.#finish(handedOn);
    this.#last = done.catch(() => undefined);
    try {
      return await done;
    } catch (error) {
      // What was refused before anything was written leaves both as they were.
      if (await this.#primaryWasUntouched(first, error)) throw error;
      throw this.#refuse(error as Error);
    }
  }

  read(fromSequence: number): AsyncIterable<JournalRecord> {
    return this.secondary.read(fromSequence);
  }

  follow(
    fromSequence: number,
    onRecord: (record: JournalRecord) => void,
    onBehind?: (firstSequence: number) => void,
  ): Promise<() => Promise<void>> {
    return this.secondary.follow(fromSequence, onRecord, onBehind);
  }

  lastSequence(): Promise<number> {
    return this.secondary.lastSequence();
  }

  async verify(): Promise<JournalVerification> {
    const [first, second] = await Promise.all([this.primary.verify(), this.secondary.verify()]);
    if (first.chain === 'broken') return { ...first, detail: `primary: ${first.detail}` };
    if (second.chain === 'broken') return { ...second, detail: `secondary: ${second.detail}` };
    // A snapshot that is sound in one of them is enough.
    const sound = new Set(
      first.snapshots?.filter((one) => one.finding === null).map((one) => one.sequence),
    );
    const snapshots = (second.snapshots ?? []).map((one) =>
      sound.has(one.sequence) ? { ...one, finding: null } : one,
    );
    return { ...second, snapshots };
  }

  async close(): Promise<void> {
    this.#refusal ??= new JournalUnavailable('journal: closed');
    await this.#last;
    await Promise.all([this.primary.close(), this.secondary.close()]);
  }

  async #finish(handedOn: Promise<HandedOn>): Promise<readonly JournalRecord[]> {
    const { wanted, second } = await handedOn;
    const got = await second;
    if (got.at(-1)?.hash !== wanted.at(-1)?.hash)
      throw this.#refuse(new JournalUnavailable('journal: the two copies went apart'));
    return got;
  }

  async #appendSecondary(
    epoch: number,
    atMs: number,
    bodies: readonly RecordBody[],
  ): Promise<readonly JournalRecord[]> {
    try {
      return await this.secondary.append(epoch, atMs, bodies);
    } catch (error) {
      throw this.#refuse(error as Error);
    }
  }

  /** Fenced, or not JSON: the primary said no, and stays usable. */
  async #primaryWasUntouched(first: Promise<unknown>, error: unknown): Promise<boolean> {
    const primaryError = await first.then(
      () => null,
      (reason: unknown) => reason,
    );
    return primaryError === error && !(error instanceof JournalUnavailable);
  }

  #refuse(error: Error): Error {
    return (this.#refusal ??= error);
  }
}
