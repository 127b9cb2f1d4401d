import type { JournalRecord } from '@weir/core/model';
import { JournalUnavailable, type Clock, type Journal } from '@weir/core/ports';

type Warn = (message: string, fields: Record<string, unknown>) => void;

export interface StandbyCopyParts {
  readonly shared: Journal;
  readonly local: Journal;
  /** Whether the local journal ends with records that this directory's own leader wrote. */
  readonly isOwnWork: () => Promise<boolean>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly warn: Warn;
}

/** Time in which the last leader comes back after Redis lost records, ms. */
const DEFERENCE_MS = 60_000;

/**
 * A standby's own copy of the shared journal, written while it waits. Without it a Redis that lost
 * its data would take everything with it as soon as a standby leads. A copy lags by the records of
 * a few milliseconds, so where Redis has lost some, the last leader is given time to come first.
 */
export class StandbyCopy {
  private unfollow: (() => Promise<void>) | null = null;
  private copying: Promise<void> = Promise.resolve();
  private failed = false;
  private lostSinceMs: number | null = null;

  constructor(private readonly parts: StandbyCopyParts) {}

  async start(): Promise<void> {
    const { shared, local, warn } = this.parts;
    const [there, here] = [await shared.lastSequence(), await local.lastSequence()];
    // Shorter or of another history: that is for the one who leads to find out, not to copy over.
    if (there < here || (here > 0 && (await hashAt(shared, here)) !== (await hashAt(local, here))))
      return;
    this.unfollow = await shared.follow(
      here + 1,
      (record) => {
        this.copying = this.copying.then(() => this.copy(record));
      },
      (firstSequence) => {
        warn('standby: the copy is too far behind and is made when it leads', { firstSequence });
      },
    );
  }

  /** Everything that was seen is on this disk when it resolves; nothing more is written. */
  async stop(): Promise<void> {
    const { unfollow } = this;
    this.unfollow = null;
    await unfollow?.();
    await this.copying;
  }

  /** Rejects while the last leader should come first; asked again before each try to lead. */
  async checkTurn(): Promise<void> {
    const { shared, local, clock, isOwnWork, warn } = this.parts;
    const [there, here] = [await shared.lastSequence(), await local.lastSequence()];
    if (there >= here || (await isOwnWork())) {
      this.lostSinceMs = null;
      return;
    }
    if (this.lostSinceMs === null) {
      this.lostSinceMs = clock.monotonicMs();
      warn('standby: Redis lost records; the last leader is given time to bring them back', {
        redis: there,
        copy: here,
        waitMs: DEFERENCE_MS,
      });
    }
    if (clock.monotonicMs() - this.lostSinceMs < DEFERENCE_MS)
      throw new JournalUnavailable('journal: Redis lost records; the last leader comes first');
  }

  private async copy(record: JournalRecord): Promise<void> {
    if (this.failed) return;
    try {
      const [copied] = await this.parts.local.append(record.epoch, record.atMs, [record.body]);
      if (copied?.hash !== record.hash) throw new Error(`record ${record.sequence} differs`);
    } catch (error) {
      this.failed = true;
      this.parts.warn('standby: the copy cannot be written', { error: String(error) });
    }
  }
}

async function hashAt(journal: Journal, sequence: number): Promise<string | null> {
  for await (const record of journal.read(sequence))
    return record.sequence === sequence ? record.hash : null;
  return null;
}
