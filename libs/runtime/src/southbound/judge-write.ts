import { sameLeaf, type LeafDiff, type OperationReport } from '@weir/core/model';
import type { ReadLeaf, SetAnswer } from '@weir/core/ports';

/** gRPC FAILED_PRECONDITION: no commit is pending (confirm, cancel), or another one is (Set). */
const FAILED_PRECONDITION = 9;

export type Part = Partial<Omit<OperationReport, 'operation'>>;

const failedPrecondition = (answer: SetAnswer): boolean =>
  answer.kind === 'refused' && answer.grpcCode === FAILED_PRECONDITION;

/** Answer to a confirm: there is nothing to confirm. */
export const nothingPending = failedPrecondition;

/** Answer to a Set: somebody's commit is open on the device, and nothing else may be written. */
export const anotherPending = failedPrecondition;

export function holds(leaves: readonly LeafDiff[], read: readonly ReadLeaf[]): boolean {
  const values = new Map(read.map((leaf) => [leaf.path, leaf.value]));
  return leaves.every((leaf) => sameLeaf(values.get(leaf.path) ?? null, leaf.after));
}

export const holdsBefore = (leaves: readonly LeafDiff[], read: readonly ReadLeaf[]): boolean =>
  holds(
    leaves.map((leaf) => ({ ...leaf, after: leaf.before })),
    read,
  );

/** Somebody wrote there after the snapshot was taken: their work is not overwritten. */
export function driftedFrom(leaves: readonly LeafDiff[], read: readonly ReadLeaf[]): Part {
  const values = new Map(read.map((leaf) => [leaf.path, leaf.value]));
  const moved = leaves.find((leaf) => !sameLeaf(values.get(leaf.path) ?? null, leaf.before));
  const path = moved?.path ?? '';
  const message = `${path} is ${String(values.get(path) ?? 'absent')} right before the Set, not ${String(moved?.before ?? 'absent')}`;
  return { outcome: 'refused', code: 'base-drifted', message };
}

/** The answer is a hint; what the device holds is the outcome. */
export function judgeWrite(
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

/** Refused by the device; where another commit is open on it, that one is left alone. */
export function rejected(answer: SetAnswer): Part {
  if (answer.kind !== 'refused') return { outcome: 'refused', code: 'device-rejected' };
  const message = `gRPC ${answer.grpcCode}: ${answer.message}`;
  return anotherPending(answer)
    ? { outcome: 'refused', code: 'device-busy', message: `another commit is open: ${message}` }
    : { outcome: 'refused', code: 'device-rejected', message };
}
