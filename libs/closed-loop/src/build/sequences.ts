import type { Workload } from '@weir/contracts';
import { ok, type Result } from '@weir/core/base';
import { parseSequence } from '@weir/sim';
import { all, mistake } from './refusals';
import type { ReadText } from './scenario';

/** Workloads whose recorded sequences have become steps, read from the files that they name. */
export function withSequences(
  workloads: readonly Workload[],
  readText: ReadText,
): Result<Workload[]> {
  return all(workloads, (workload, i): Result<Workload> => {
    if (workload.kind !== 'training' || workload.sequence === undefined) return ok(workload);
    const { sequence, ...rest } = workload;
    const { file, ...options } = sequence;
    const where = `spec.workloads[${i}].sequence.file`;
    const text = readText(file);
    if (!text.ok) return mistake(where, text.error.reason);
    const parsed = parseSequence(text.value, options);
    if (!parsed.ok) {
      return mistake(where, `${file}, ${parsed.error.where}: ${parsed.error.reason}`);
    }
    const steps = parsed.value.steps.map((step) => ({ ...step, repeat: 1 }));
    return ok({ ...rest, steps });
  });
}
