import type { gnmiExt } from '@weir/proto-gen';
import { failedPrecondition, invalidArgument, type LeafMap } from '@weir/gnmi';
import type { CommitStore, PendingCommit, TargetClock } from '../backend';

/** Default of the specification when a CommitRequest names no duration. */
export const DEFAULT_ROLLBACK_MS = 600_000;
/** A rollback that the device refuses is tried again; the commit stays pending until it works. */
const RETRY_MS = 1_000;

interface Duration {
  readonly seconds: bigint;
  readonly nanos: number;
}

/**
 * Milliseconds of a rollback duration.
 * @throws GnmiError INVALID_ARGUMENT unless it is positive and at most ten years
 */
export function rollbackMs(duration: Duration): number {
  const ms = Number(duration.seconds) * 1000 + duration.nanos / 1e6;
  if (!(ms > 0) || ms > 3.2e11)
    throw invalidArgument('rollback_duration must be greater than zero and below ten years');
  return Math.ceil(ms);
}

/**
 * Commit-confirmed (gnmi-commit-confirmed.md 0.1.0): at most one commit waits for its
 * confirmation; when the time is over, the configuration before it comes back. The store makes
 * the waiting commit survive a restart of the target.
 */
export class CommitConfirmed {
  private pending: PendingCommit | null = null;
  private cancelTimer: () => void = () => undefined;
  /** Grows with each timer: one that fires late must not undo a commit that was extended since. */
  private generation = 0;

  constructor(
    private readonly clock: TargetClock,
    private readonly store: CommitStore,
    /** Called when the time is over; serialises with Sets and calls rollBack with `generation`. */
    private readonly onDeadline: (generation: number) => void,
  ) {}

  get pendingId(): string | null {
    return this.pending?.id ?? null;
  }

  /** Takes up a commit that was pending when the target stopped. */
  async restore(): Promise<void> {
    this.pending = await this.store.load();
    if (this.pending !== null) this.startTimer();
  }

  /** @throws GnmiError FAILED_PRECONDITION while a commit waits: it cannot be amended */
  checkNonePending(): void {
    if (this.pending !== null)
      throw failedPrecondition(
        `commit ${JSON.stringify(this.pending.id)} waits for its confirmation`,
      );
  }

  /** Arms the rollback, durable before the configuration is touched. */
  async arm(id: string, durationMs: number, before: LeafMap): Promise<void> {
    const pending = { id, deadlineMs: this.clock.wallMs() + durationMs, before: [...before] };
    await this.store.save(pending);
    this.pending = pending;
    this.startTimer();
  }

  /** The commit was refused by the device, so there is nothing to roll back. */
  async disarm(): Promise<void> {
    await this.store.save(null);
    this.forget();
  }

  async confirm(id: string): Promise<void> {
    this.checkPending(id);
    await this.store.save(null);
    this.forget();
  }

  async extend(id: string, duration: Duration | undefined): Promise<void> {
    // A missing or zero duration is wrong whether or not a commit waits.
    if (duration === undefined) throw invalidArgument('rollback_duration is missing');
    const durationMs = rollbackMs(duration);
    const pending = this.checkPending(id);
    const extended = { ...pending, deadlineMs: this.clock.wallMs() + durationMs };
    await this.store.save(extended);
    this.pending = extended;
    this.startTimer();
  }

  /** @throws GnmiError FAILED_PRECONDITION when none waits, INVALID_ARGUMENT for another id */
  checkPending(id: string): PendingCommit {
    if (this.pending === null) throw failedPrecondition('no commit waits for its confirmation');
    if (this.pending.id !== id)
      throw invalidArgument(`the commit that waits is ${JSON.stringify(this.pending.id)}`);
    return this.pending;
  }

  /**
   * Brings back the configuration before the pending commit, if there is one. With a generation,
   * only if its timer is still the current one.
   */
  async rollBack(
    apply: (before: LeafMap) => Promise<void>,
    generation = this.generation,
  ): Promise<void> {
    if (this.pending === null || generation !== this.generation) return;
    try {
      await apply(new Map(this.pending.before));
      await this.store.save(null);
    } catch (error) {
      this.startTimer(RETRY_MS);
      throw error;
    }
    this.forget();
  }

  /** Stops the timer; what the store holds stays. */
  close(): void {
    this.cancelTimer();
  }

  private startTimer(delayMs = (this.pending?.deadlineMs ?? 0) - this.clock.wallMs()): void {
    this.cancelTimer();
    this.generation += 1;
    const generation = this.generation;
    this.cancelTimer = this.clock.after(Math.max(0, delayMs), () => this.onDeadline(generation));
  }

  private forget(): void {
    this.cancelTimer();
    this.pending = null;
  }
}

/** For targets that lose the pending commit with the process. */
export const volatileStore = (): CommitStore => ({
  load: () => Promise.resolve(null),
  save: () => Promise.resolve(),
});

/** The id of a Commit extension. */
export function commitId(commit: gnmiExt.Commit): string {
  if (commit.id === '') throw invalidArgument('a commit needs an id');
  return commit.id;
}
