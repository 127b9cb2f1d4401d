import type { Collective, RankGroups } from '../job';

export type Operation = 'all-reduce' | 'all-gather' | 'reduce-scatter' | 'all-to-all' | 'broadcast';

/** One entry of a recorded sequence: compute, then a collective among accelerators, if any. */
export interface Call {
  readonly computeMs: number;
  readonly operation: Operation | null;
  /** Of accelerators; null: all of them. */
  readonly groups: RankGroups | null;
  readonly bytes: number;
}

export interface SequenceOptions {
  /** Accelerators behind one NIC, which is one worker of the job; ranks fill hosts in order. */
  readonly acceleratorsPerWorker: number;
  /** What moves between accelerators of one worker, bytes per second and accelerator. */
  readonly localBytesPerSecond: number;
  /** Compute of one iteration, ms, dealt out evenly, for sequences without times of their own. */
  readonly computeMs: number;
  /**
   * Calls of one kind that follow each other without compute are made as one of up to so many
   * bytes, as the bucketing of DeepSpeed and DDP does; 0: every call by itself.
   */
  readonly bucketBytes: number;
}

/** One accelerator per worker; 300 GB/s inside (NVLink, SimAI's busbw.yaml); calls as they are. */
export const DEFAULT_SEQUENCE_OPTIONS: SequenceOptions = {
  acceleratorsPerWorker: 1,
  localBytesPerSecond: 300e9,
  computeMs: 0,
  bucketBytes: 0,
};

/** Collectives that recorded sequences consist of. */
export type RecordedCollective = Exclude<
  Collective,
  { readonly servers: readonly string[] } | { readonly groupSize: number }
>;

/** A `TrainingStep` without parameter servers. */
export interface RecordedStep {
  readonly computeMs: number;
  readonly collective: RecordedCollective | null;
}

export interface Sequence {
  readonly steps: readonly RecordedStep[];
  /** Accelerators that the sequence was recorded for; null when the file does not say. */
  readonly accelerators: number | null;
}

/** The steps of a training job that makes these calls. */
export function stepsOf(calls: readonly Call[], options: SequenceOptions): RecordedStep[] {
  const steps: RecordedStep[] = [];
  let computeMs = 0;
  for (const call of bucketed(calls, options.bucketBytes)) {
    computeMs += call.computeMs;
    const collective = collectiveOf(call, options.acceleratorsPerWorker);
    if (collective === null) {
      computeMs += localMs(call, options.localBytesPerSecond);
      continue;
    }
    steps.push({ computeMs, collective });
    computeMs = 0;
  }
  if (computeMs > 0) steps.push({ computeMs, collective: null });
  const hasTimes = calls.some((call) => call.computeMs > 0);
  if (hasTimes || steps.length === 0) return steps;
  const eachMs = options.computeMs / steps.length;
  return steps.map((step) => ({ ...step, computeMs: step.computeMs + eachMs }));
}

function bucketed(calls: readonly Call[], bucketBytes: number): Call[] {
  const merged: Call[] = [];
  for (const call of calls) {
    const last = merged.at(-1);
    const joins =
      last !== undefined &&
      last.operation === call.operation &&
      last.groups?.size === call.groups?.size &&
      last.groups?.stride === call.groups?.stride &&
      call.computeMs === 0 &&
      last.bytes + call.bytes <= bucketBytes;
    if (joins) merged[merged.length - 1] = { ...last, bytes: last.bytes + call.bytes };
    else merged.push(call);
  }
  return merged;
}

/** Share of the buffer that each rank of n sends: the bus factors of NCCL's tests. */
const busFactor = (operation: Operation, n: number): number =>
  operation === 'broadcast' ? 1 : ((operation === 'all-reduce' ? 2 : 1) * (n - 1)) / n;

/** Time of a call that stays inside the workers, ms. */
function localMs({ operation, groups, bytes }: Call, bytesPerSecond: number): number {
  if (operation === null || groups === null) return 0;
  return (busFactor(operation, groups.size) * bytes * 1000) / bytesPerSecond;
}

/**
 * The call as workers make it, null when it stays inside each of them. With G accelerators behind
 * a NIC, groups that are far apart run G at a time there; groups that are closer leave a worker
 * once a ring, with as many bytes as each of their ranks sends.
 */
function collectiveOf(call: Call, perWorker: number): RecordedCollective | null {
  const { operation, groups, bytes } = call;
  if (operation === null || bytes <= 0) return null;
  if (groups === null) {
    return of(operation, operation === 'all-to-all' ? bytes * perWorker : bytes, null);
  }
  const { size, stride } = groups;
  if (size < 2) return null;
  if (stride >= perWorker) {
    const apart = Math.max(1, Math.round(stride / perWorker));
    return of(operation, bytes * perWorker, { size, stride: apart });
  }
  const workers = Math.round((size * stride) / perWorker);
  if (workers < 2) return null;
  const together = { size: workers, stride: 1 };
  if (operation === 'all-to-all') return of(operation, bytes * perWorker, together);
  const more = busFactor(operation, size) / busFactor(operation, workers);
  return of(operation, bytes * stride * more, together);
}

function of(operation: Operation, bytes: number, groups: RankGroups | null): RecordedCollective {
  const algorithm = operation === 'all-reduce' ? 'ring-allreduce' : operation;
  return groups === null ? { algorithm, bytes } : { algorithm, bytes, groups };
}
