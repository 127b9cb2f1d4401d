import type {
  AdoptedJournal,
  ChainHead,
  ChainPoint,
  JournalSnapshot,
  JournalSnapshots,
} from '@weir/core/ports';

/**
 * Snapshots of a pair: written to both, the primary first because its epoch check decides. Each
 * drops its records by itself, since each has readers of its own. A snapshot that is damaged in one
 * is still found in the other.
 */
export class ReplicatedSnapshots implements JournalSnapshots {
  constructor(
    private readonly primary: JournalSnapshots,
    private readonly secondary: JournalSnapshots,
  ) {}

  async list(): Promise<readonly JournalSnapshot[]> {
    const [first, second] = await Promise.all([this.primary.list(), this.secondary.list()]);
    const same = (a: JournalSnapshot, b: JournalSnapshot): boolean =>
      a.sequence === b.sequence && a.hash === b.hash && a.text === b.text;
    const onlyFirst = first.filter((one) => !second.some((other) => same(one, other)));
    return [...second, ...onlyFirst].sort((a, b) => b.sequence - a.sequence);
  }

  async save(epoch: number, snapshot: JournalSnapshot): Promise<void> {
    await this.primary.save(epoch, snapshot);
    await this.secondary.save(epoch, snapshot);
  }

  async compact(epoch: number, upTo: number): Promise<ChainHead> {
    await this.primary.compact(epoch, upTo);
    return this.secondary.compact(epoch, upTo);
  }

  base(): Promise<ChainHead> {
    return this.secondary.base();
  }

  checkpoints(): Promise<readonly ChainPoint[]> {
    return this.secondary.checkpoints();
  }

  async addCheckpoint(epoch: number, point: ChainPoint): Promise<void> {
    await this.primary.addCheckpoint(epoch, point);
    await this.secondary.addCheckpoint(epoch, point);
  }

  async adopt(from: AdoptedJournal): Promise<void> {
    await this.primary.adopt(from);
    await this.secondary.adopt(from);
  }
}
