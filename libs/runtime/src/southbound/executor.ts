import {
  sameLeaf,
  type DeviceOperation,
  type LeafDiff,
  type OperationReport,
} from '@weir/core/model';
import type { Clock, DeviceWriter, ReadLeaf, SetAnswer } from '@weir/core/ports';
import type { CrashPoint } from '../engine/types';

/** gRPC FAILED_PRECONDITION: no commit is pending (confirm, cancel), or another one is (Set). */
const FAILED_PRECONDITION = 9;

type Part = Partial<Omit<OperationReport, 'operation'>>;

/**
 * Runs one device operation and says what the device holds afterwards. Whatever was answered, the
 * read-back decides. Running the same operation again changes nothing more. Never throws.
 */
export class SouthboundExecutor {
  private highestEpoch = 0;

  constructor(
    private readonly deps: {
      readonly writer: DeviceWriter;
      readonly clock: Clock;
      readonly crashPoint: CrashPoint;
    },
  ) {}

  async execute(operation: DeviceOperation): Promise<OperationReport> {
    if (operation.epoch < this.highestEpoch)
      return report(operation, {
        outcome: 'refused',
        code: 'fencing-epoch-stale',
        message: `epoch ${operation.epoch} is older than ${this.highestEpoch}`,
      });
    this.highestEpoch = operation.epoch;
    try {
      return report(operation, await this.run(operation));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return report(operation, { outcome: 'unknown', code: 'device-outcome-unknown', message });
    }
  }

  private run(operation: DeviceOperation): Promise<Part> {
    switch (operation.verb) {
      case 'image':
        return this.image(operation);
      case 'snapshot':
        return this.snapshot(operation);
      case 'commit':
        return this.commit(operation);
      case 'confirm':
        return this.confirm(operation);
      case 'revert':
        return this.revert(operation);
    }
  }

  private async image({ device, timeoutMs }: DeviceOperation): Promise<Part> {
    const image = await this.deps.writer.readImage(device, timeoutMs);
    if (!image.ok)
      return { outcome: 'refused', code: image.error.code, message: image.error.reason };
    return { outcome: 'done', image: image.value };
  }

  private async snapshot({ device, leaves, timeoutMs }: DeviceOperation): Promise<Part> {
    const { writer } = this.deps;
    const probed = await writer.probeCommitConfirmed(device, timeoutMs);
    if (!probed.ok)
      return { outcome: 'refused', code: probed.error.code, message: probed.error.reason };
    const read = await writer.readLeaves(device, pathsOf(leaves), timeoutMs);
    if (!read.ok) return { outcome: 'refused', code: read.error.code, message: read.error.reason };
    return { outcome: 'done', readBack: read.value, commitConfirmed: probed.value };
  }

  private async commit(operation: DeviceOperation): Promise<Part> {
    const { writer, clock, crashPoint } = this.deps;
    const { device, leaves, commitId, rollbackMs, timeoutMs } = operation;
    crashPoint('southbound:before-set');
    const sentMs = clock.wallMs();
    const commit = rollbackMs > 0 ? { id: commitId, rollbackMs } : null;
    const answer = await writer.set(device, leaves, commit, timeoutMs);
    crashPoint('southbound:after-set');
    const read = await this.readBack(operation);
    return { ...judgeWrite(answer, leaves, read), sentMs, readBack: read };
  }

  private async confirm(operation: DeviceOperation): Promise<Part> {
    const { writer, crashPoint } = this.deps;
    const { device, leaves, commitId, rollbackMs, timeoutMs } = operation;
    let answer: SetAnswer = { kind: 'ok' };
    if (rollbackMs > 0) {
      crashPoint('southbound:before-confirm');
      answer = await writer.confirm(device, commitId, timeoutMs);
      crashPoint('southbound:after-confirm');
    }
    const read = await this.readBack(operation);
    // Nothing pending and yet the new configuration: an earlier confirm went through.
    const settled =
      answer.kind === 'ok' ||
      (answer.kind === 'refused' && answer.grpcCode === FAILED_PRECONDITION);
    if (!settled && answer.kind === 'unknown')
      return {
        outcome: 'unknown',
        code: 'device-outcome-unknown',
        message: answer.message,
        readBack: read,
      };
    const judged = judgeWrite(settled ? { kind: 'ok' } : answer, leaves, read);
    const refusedThough = !settled && judged.outcome === 'done';
    return { ...(refusedThough ? rejected(answer) : judged), readBack: read };
  }

  private async revert(operation: DeviceOperation): Promise<Part> {
    const { writer, clock, crashPoint } = this.deps;
    const { device, leaves, commitId, rollbackMs, timeoutMs } = operation;
    if (rollbackMs > 0) {
      crashPoint('southbound:before-cancel');
      // Whether it was pending, ran out, or is another's: the read-back tells what is left to do.
      await writer.cancel(device, commitId, timeoutMs);
      crashPoint('southbound:after-cancel');
    }
    const first = await this.readBack(operation);
    if (first !== null && holds(leaves, first)) return { outcome: 'done', readBack: first };
    crashPoint('southbound:before-inverse');
    const sentMs = clock.wallMs();
    const answer = await writer.set(device, leaves, null, timeoutMs);
    crashPoint('southbound:after-inverse');
    const read = await this.readBack(operation);
    return { ...judgeWrite(answer, leaves, read), sentMs, readBack: read };
  }

  private async readBack(operation: DeviceOperation): Promise<readonly ReadLeaf[] | null> {
    const { device, leaves, timeoutMs } = operation;
    const read = await this.deps.writer.readLeaves(device, pathsOf(leaves), timeoutMs);
    return read.ok ? read.value : null;
  }
}

const pathsOf = (leaves: readonly LeafDiff[]): readonly string[] => leaves.map((leaf) => leaf.path);

function holds(leaves: readonly LeafDiff[], read: readonly ReadLeaf[]): boolean {
  const values = new Map(read.map((leaf) => [leaf.path, leaf.value]));
  return leaves.every((leaf) => sameLeaf(values.get(leaf.path) ?? null, leaf.after));
}

const holdsBefore = (leaves: readonly LeafDiff[], read: readonly ReadLeaf[]): boolean =>
  holds(
    leaves.map((leaf) => ({ ...leaf, after: leaf.before })),
    read,
  );

/** The answer is a hint; what the device holds is the outcome. */
function judgeWrite(
  answer: SetAnswer,
  leaves: readonly LeafDiff[],
  read: readonly ReadLeaf[] | null,
): Part {
  if (read === null)
    return {
      outcome: 'unknown',
      code: 'device-outcome-unknown',
      message: answer.kind === 'ok' ? 'answered OK, but could not be read back' : answer.message,
    };
  if (holds(leaves, read)) return { outcome: 'done' };
  if (answer.kind === 'refused' && holdsBefore(leaves, read)) return rejected(answer);
  if (answer.kind === 'unknown')
    // It may still be applied late: not refused, not done.
    return { outcome: 'unknown', code: 'device-outcome-unknown', message: answer.message };
  const message = answer.kind === 'ok' ? 'answered OK, but holds something else' : answer.message;
  return { outcome: 'mismatch', code: 'device-outcome-unknown', message };
}

function rejected(answer: SetAnswer): Part {
  const message = answer.kind === 'refused' ? `gRPC ${answer.grpcCode}: ${answer.message}` : '';
  return { outcome: 'refused', code: 'device-rejected', message };
}

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
