import type { ErrorCode, Refusal } from '@weir/core/base';
import { MAX_WAIT_TIMEOUTS, type DeviceOperation, type OperationReport } from '@weir/core/model';
import type { Clock, DeviceWriter, ReadLeaf, SetAnswer } from '@weir/core/ports';
import type { CrashPoint } from '../engine/types';
import { DeviceSteps } from './device-steps';
import {
  anotherPending,
  driftedFrom,
  holds,
  holdsBefore,
  judgeWrite,
  nothingPending,
  rejected,
  type Part,
} from './judge-write';

/** A device without a timer of its own has nothing to confirm. */
const NO_TIMER: SetAnswer = { kind: 'ok' };
/** Writes after the first one of an operation may begin within so many of its time-outs. */
const LATER_WRITES = 3;

/** Something that must not be sent any more; nothing was. */
class NotSent extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Runs one device operation and says what the device holds afterwards. Whatever was answered, the
 * read-back decides. Running the same operation again changes nothing more. Never throws.
 */
export class SouthboundExecutor {
  private highestEpoch = 0;
  private readonly steps = new DeviceSteps();

  constructor(
    private readonly deps: {
      readonly writer: DeviceWriter;
      readonly clock: Clock;
      readonly crashPoint: CrashPoint;
    },
  ) {}

  async execute(operation: DeviceOperation): Promise<OperationReport> {
    const startedMs = this.deps.clock.monotonicMs();
    try {
      this.checkMaySend(operation, startedMs, 1);
      this.highestEpoch = operation.epoch;
      const known = this.steps.known(operation);
      if (known !== undefined) return known;
      const late = this.steps.begin(operation);
      if (late !== null) throw new NotSent('fencing-epoch-stale', `${late}; not sent`);
      const done = report(operation, await this.run(operation, startedMs));
      this.steps.ended(done);
      return done;
    } catch (error) {
      if (error instanceof NotSent) {
        const { code, message } = error;
        const refused = report(operation, { outcome: 'refused', code, message });
        this.steps.ended(refused);
        return refused;
      }
      const message = error instanceof Error ? error.message : String(error);
      return report(operation, { outcome: 'unknown', code: 'device-outcome-unknown', message });
    }
  }

  /**
   * Asked right before each write: a process that was stopped in between, and goes on when a newer
   * leader has undone the change already, must not send what it had in mind.
   */
  private checkMaySend(operation: DeviceOperation, startedMs: number, factor: number): void {
    const { clock } = this.deps;
    const { epoch, timeoutMs, verb } = operation;
    if (epoch < this.highestEpoch)
      throw new NotSent(
        'fencing-epoch-stale',
        `epoch ${epoch} is older than ${this.highestEpoch}; not sent`,
      );
    const elapsedMs = clock.monotonicMs() - startedMs;
    const waitedMs = clock.wallMs() - elapsedMs - (operation.issuedMs ?? Infinity);
    if (verb !== 'image' && waitedMs > MAX_WAIT_TIMEOUTS * timeoutMs)
      throw new NotSent(
        'device-unreachable',
        `handed out ${Math.round(waitedMs)} ms before it was begun; not sent`,
      );
    if (elapsedMs > factor * timeoutMs)
      throw new NotSent(
        'device-unreachable',
        `waited ${Math.round(elapsedMs)} ms, longer than its time-out; not sent`,
      );
  }

  private run(operation: DeviceOperation, startedMs: number): Promise<Part> {
    switch (operation.verb) {
      case 'image':
        return this.image(operation);
      case 'snapshot':
        return this.snapshot(operation);
      case 'commit':
        return this.commit(operation, startedMs);
      case 'confirm':
        return this.confirm(operation, startedMs);
      case 'revert':
        return this.revert(operation, startedMs);
    }
  }

  private async image({ device, timeoutMs }: DeviceOperation): Promise<Part> {
    const image = await this.deps.writer.readImage(device, timeoutMs);
    if (!image.ok) return unreachable(image.error);
    return { outcome: 'done', image: image.value };
  }

  private async snapshot({ device, leaves, timeoutMs }: DeviceOperation): Promise<Part> {
    const { writer } = this.deps;
    const probed = await writer.probeCommitConfirmed(device, timeoutMs);
    if (!probed.ok) return unreachable(probed.error);
    const read = await writer.readLeaves(device, pathsOf(leaves), timeoutMs);
    if (!read.ok) return unreachable(read.error);
    return { outcome: 'done', readBack: read.value, commitConfirmed: probed.value };
  }

  private async commit(operation: DeviceOperation, startedMs: number): Promise<Part> {
    const { writer, clock, crashPoint } = this.deps;
    const { device, leaves, commitId, rollbackMs, timeoutMs } = operation;
    crashPoint('southbound:before-set');
    // Read before the check: whoever slept in between does not wake up to a Set.
    const before = await writer.readLeaves(device, pathsOf(leaves), timeoutMs);
    this.checkMaySend(operation, startedMs, 1);
    if (!before.ok) return unreachable(before.error);
    // What it holds already may be of an earlier run of the same operation.
    if (!holds(leaves, before.value) && !holdsBefore(leaves, before.value))
      return { ...driftedFrom(leaves, before.value), readBack: before.value };
    const sentMs = clock.wallMs();
    const commit = rollbackMs > 0 ? { id: commitId, rollbackMs } : null;
    const answer = await writer.set(device, leaves, commit, timeoutMs);
    crashPoint('southbound:after-set');
    const read = await this.readBack(operation);
    return { ...judgeWrite(answer, leaves, read), sentMs, readBack: read };
  }

  private async confirm(operation: DeviceOperation, startedMs: number): Promise<Part> {
    const { rollbackMs, leaves } = operation;
    const answer = rollbackMs > 0 ? await this.settlePending(operation, startedMs) : NO_TIMER;
    if ('outcome' in answer) return answer;
    const read = await this.readBack(operation);
    if (answer.kind === 'unknown') {
      // The new values are there, pending or for good; what is not there was lost.
      if (read !== null && !holds(leaves, read)) return { ...lost(answer.message), readBack: read };
      const { message } = answer;
      return { outcome: 'unknown', code: 'device-outcome-unknown', message, readBack: read };
    }
    const judged = judgeWrite(answer, leaves, read);
    const refusedThough = answer.kind === 'refused' && judged.outcome === 'done';
    return { ...(refusedThough ? rejected(answer) : judged), readBack: read };
  }

  /**
   * OK is no proof that nothing is pending any more: only the device's "nothing is pending" is, to
   * this confirm (an earlier one went through) or to the same one once more.
   */
  private async settlePending(
    operation: DeviceOperation,
    startedMs: number,
  ): Promise<SetAnswer | NoWrite> {
    const { writer, crashPoint } = this.deps;
    const { device, leaves, commitId, timeoutMs } = operation;
    crashPoint('southbound:before-confirm');
    const before = await writer.readLeaves(device, pathsOf(leaves), timeoutMs);
    this.checkMaySend(operation, startedMs, 1);
    if (!before.ok) return unreachable(before.error);
    if (!holds(leaves, before.value))
      return { ...lost('the device does not hold it any more'), readBack: before.value };
    const first = await writer.confirm(device, commitId, timeoutMs);
    crashPoint('southbound:after-confirm');
    if (nothingPending(first)) return { kind: 'ok' };
    if (first.kind !== 'ok') return first;
    const second = await writer.confirm(device, commitId, timeoutMs);
    if (second.kind === 'refused') return { kind: 'ok' };
    const why = second.kind === 'unknown' ? second.message : 'still pending after its confirm';
    return { kind: 'unknown', message: why };
  }

  private async revert(operation: DeviceOperation, startedMs: number): Promise<Part> {
    const { writer, clock, crashPoint } = this.deps;
    const { device, leaves, commitId, rollbackMs, timeoutMs } = operation;
    if (rollbackMs > 0) {
      crashPoint('southbound:before-cancel');
      await this.readBack(operation);
      this.checkMaySend(operation, startedMs, 1);
      // Whether it was pending, ran out, or is another's: the read-back tells what is left to do.
      await writer.cancel(device, commitId, timeoutMs);
      crashPoint('southbound:after-cancel');
    }
    const first = await this.readBack(operation);
    if (first !== null && holds(leaves, first)) return { outcome: 'done', readBack: first };
    crashPoint('southbound:before-inverse');
    await this.readBack(operation);
    this.checkMaySend(operation, startedMs, LATER_WRITES);
    const sentMs = clock.wallMs();
    const answer = await writer.set(device, leaves, null, timeoutMs);
    crashPoint('southbound:after-inverse');
    const read = await this.readBack(operation);
    const judged = judgeWrite(answer, leaves, read);
    const waits = judged.outcome !== 'done' && anotherPending(answer);
    return { ...(waits ? rejected(answer) : judged), sentMs, readBack: read };
  }

  private async readBack(operation: DeviceOperation): Promise<readonly ReadLeaf[] | null> {
    const { device, leaves, timeoutMs } = operation;
    const read = await this.deps.writer.readLeaves(device, pathsOf(leaves), timeoutMs);
    return read.ok ? read.value : null;
  }
}

/** An operation that ended before anything was written. */
type NoWrite = Part & Required<Pick<Part, 'outcome'>>;

const unreachable = ({ code, reason }: Refusal): NoWrite => ({
  outcome: 'refused',
  code,
  message: reason,
});

const lost = (message: string): NoWrite => ({
  outcome: 'mismatch',
  code: 'device-outcome-unknown',
  message,
});

const pathsOf = (leaves: DeviceOperation['leaves']): readonly string[] =>
  leaves.map((leaf) => leaf.path);

function report(operation: DeviceOperation, part: Part): OperationReport {
  return {
    operation,
    outcome: part.outcome ?? 'unknown',
    code: part.code ?? null,
    message: part.message ?? '',
    readBack: part.readBack ?? null,
    image: part.image ?? null,
    commitConfirmed: part.commitConfirmed ?? null,
    sentMs: part.sentMs ?? null,
  };
}
