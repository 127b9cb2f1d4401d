import type { gnmi, gnmiExt } from '@weir/proto-gen';
import {
  aborted,
  diffLeaves,
  GnmiError,
  invalidArgument,
  type LeafDiff,
  type LeafMap,
} from '@weir/gnmi';
import type { TargetBackend, TargetBehaviour, TargetClock } from '../backend';
import type { Configuration } from '../configuration';
import { type CommitConfirmed, commitId, DEFAULT_ROLLBACK_MS, rollbackMs } from './commit';
import { Arbitration, readExtensions } from './extensions';
import { executeSet, hasOperations } from './operations';

/** The write path: one Set at a time, each as a whole or not at all. */
export class Transactions {
  readonly counts = { setsReceived: 0, setsApplied: 0 };
  private readonly arbitration = new Arbitration();
  /** End of the queue of Sets and rollbacks. */
  private tail: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly configuration: Configuration,
    private readonly backend: TargetBackend,
    private readonly behaviour: TargetBehaviour,
    private readonly clock: TargetClock,
    private readonly commit: CommitConfirmed,
    private readonly name: string,
  ) {}

  set(request: gnmi.SetRequest): Promise<gnmi.SetResponse> {
    this.counts.setsReceived += 1;
    return this.serially(() => this.run(request));
  }

  /** Rolls back the pending commit, if any; see CommitConfirmed.rollBack. */
  rollBack(generation?: number): Promise<void> {
    return this.serially(() => this.commit.rollBack((before) => this.restore(before), generation));
  }

  private serially<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.tail.then(task, task);
    // A failure belongs to its own caller; the next in the queue runs all the same.
    this.tail = turn.catch(() => undefined);
    return turn;
  }

  private async run(request: gnmi.SetRequest): Promise<gnmi.SetResponse> {
    const ignored = this.behaviour.ignoreExtensions?.() === true;
    const { commit, arbitration } = readExtensions(ignored ? [] : request.extension);
    this.arbitration.check(arbitration);
    if (commit === null) {
      this.commit.checkNonePending();
      return this.change(request, null);
    }
    const id = commitId(commit);
    if (commit.action?.$case === 'commit') {
      this.commit.checkNonePending();
      const { rollbackDuration } = commit.action.value;
      const durationMs = rollbackDuration ? rollbackMs(rollbackDuration) : DEFAULT_ROLLBACK_MS;
      return this.change(request, { id, durationMs });
    }
    if (hasOperations(request))
      throw invalidArgument(
        'a Set that confirms, cancels or extends a commit changes nothing else',
      );
    await this.settle(id, commit.action);
    return this.response(request, []);
  }

  private async settle(id: string, action: gnmiExt.Commit['action']): Promise<void> {
    switch (action?.$case) {
      case 'confirm':
        return this.commit.confirm(id);
      case 'cancel':
        this.commit.checkPending(id);
        return this.commit.rollBack((before) => this.restore(before));
      case 'setRollbackDuration':
        return this.commit.extend(id, action.value.rollbackDuration);
      default:
        throw invalidArgument('a Commit extension needs an action');
    }
  }

  private async change(
    request: gnmi.SetRequest,
    commit: { readonly id: string; readonly durationMs: number } | null,
  ): Promise<gnmi.SetResponse> {
    const outcome = executeSet(this.configuration.current, request, this.name);
    await this.behaviour.beforeApply?.(outcome.changes);
    if (this.behaviour.applies?.(outcome.changes) === false)
      return this.response(request, outcome.results);
    if (commit !== null)
      await this.commit.arm(commit.id, commit.durationMs, this.configuration.current);
    try {
      await this.apply(outcome.next, outcome.changes, false);
    } catch (error) {
      if (commit !== null) await this.commit.disarm();
      throw error;
    }
    this.counts.setsApplied += 1;
    await this.behaviour.afterApply?.(outcome.changes);
    return this.response(request, outcome.results);
  }

  private restore(before: LeafMap): Promise<void> {
    return this.apply(before, diffLeaves(this.configuration.current, before), true);
  }

  private async apply(
    next: LeafMap,
    changes: readonly LeafDiff[],
    restoring: boolean,
  ): Promise<void> {
    if (changes.length === 0) return;
    try {
      await this.backend.applyConfig(next, changes, restoring);
    } catch (error) {
      if (error instanceof GnmiError) throw error;
      // Specification 3.4.7: a failure of the transaction as a whole is Aborted.
      throw aborted(`the device refused the change: ${(error as Error).message}`);
    }
    this.configuration.replace(next, changes);
  }

  private response(request: gnmi.SetRequest, results: gnmi.UpdateResult[]): gnmi.SetResponse {
    return {
      prefix: request.prefix,
      response: results,
      message: undefined,
      timestamp: BigInt(this.clock.wallMs()) * 1_000_000n,
      extension: [],
    };
  }
}
