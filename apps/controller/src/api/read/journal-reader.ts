import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { JournalRecord } from '@weir/core/model';
import type { Journal } from '@weir/core/ports';
import type { LogPort } from '@weir/nest';
import { ReadModel, recoverState } from '@weir/runtime';
import type { Phases } from '../../boot/phases';
import type { Backbone } from '../../wiring/backbone';
import type { StopRequest } from '../../wiring/context';
import { BACKBONE, LOG, PHASES_TOKEN, STOP_REQUEST } from '../../wiring/tokens';

/** Followers are told within milliseconds; a write that was carried out is not failed for it. */
const CATCH_UP_MS = 1_000;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * What the API knows: the fold of the journal, kept up to date by following it. The same fold as
 * the engine's, so the two cannot disagree; only later by the time a record takes to arrive.
 */
@Injectable()
export class JournalReader {
  readonly model = new ReadModel();
  private source: Journal | null = null;
  private unfollow: (() => Promise<void>) | null = null;
  private readonly listeners = new Set<(record: JournalRecord) => void>();

  constructor(
    @Inject(BACKBONE) private readonly backbone: Backbone,
    @Inject(PHASES_TOKEN) private readonly phases: Phases,
    @Inject(LOG) private readonly log: LogPort,
    @Inject(STOP_REQUEST) private readonly requestStop: StopRequest,
  ) {}

  /** Resolves when everything that was in the journal at the call is folded. */
  async start(): Promise<void> {
    const journal = await this.backbone.readJournal();
    this.source = journal;
    await this.fold(journal);
    this.phases.reach('journal');
  }

  /** From the newest snapshot on; again when this process fell behind what the journal keeps. */
  private async fold(journal: Journal): Promise<void> {
    const { durable } = await recoverState(journal, sha256, this.log);
    this.model.restore(durable);
    this.unfollow = await journal.follow(
      this.model.lastSequence + 1,
      (record) => {
        this.apply(record);
      },
      () => {
        this.fold(journal).catch((error: unknown) => {
          this.log.error('journal cannot be folded', { err: error });
          this.requestStop('journal cannot be folded', 1);
        });
      },
    );
  }

  async stop(): Promise<void> {
    await this.unfollow?.();
    this.unfollow = null;
  }

  get journal(): Journal {
    if (this.source === null) throw new Error('the journal is not open yet');
    return this.source;
  }

  /** Resolves when all records that are in the journal now are folded, or after a second. */
  async caughtUp(): Promise<void> {
    const target = await this.journal.lastSequence();
    if (this.model.lastSequence >= target) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        unsubscribe();
        resolve();
      };
      const timer = setTimeout(end, CATCH_UP_MS);
      const unsubscribe = this.onRecord((record) => {
        if (record.sequence >= target) end();
      });
    });
  }

  /** Calls back for each record after it was folded; returns the unsubscribe. */
  onRecord(listener: (record: JournalRecord) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private apply(record: JournalRecord): void {
    // A follower may see the tail of what was read before.
    if (record.sequence <= this.model.lastSequence) return;
    try {
      this.model.apply(record);
    } catch (error) {
      this.log.error('journal cannot be folded', { err: error, sequence: record.sequence });
      this.requestStop('journal cannot be folded', 1);
      return;
    }
    for (const listener of this.listeners) listener(record);
  }
}
