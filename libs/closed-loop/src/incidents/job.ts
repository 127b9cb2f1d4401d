import type { IntentInput, Sufferer, WorkloadInput } from './draft';
import type { Draw } from './draw';
import type { Fabric } from './fabric';

type Training = Extract<WorkloadInput, { kind: 'training' }>;

export interface Job {
  readonly workload: Training;
  readonly intent: IntentInput;
  readonly sufferer: Sufferer;
  readonly workers: number;
  /** What an iteration should take. */
  readonly periodMs: number;
  readonly computeMs: number;
}

export interface JobOptions {
  /** Leaves it is on, from the first one. */
  readonly leaves?: number;
  readonly workersPerLeaf?: number;
  readonly skip?: number;
  readonly control?: 'dctcp' | 'dcqcn';
  /** Neighbours in the ring in the same rack, or each in another one. */
  readonly placement?: 'packed' | 'striped';
  /** Share of an iteration that is communication. */
  readonly communication?: number;
}

/** A ring of workers; half of the jobs say how long an iteration should take, the others do not. */
export function drawJob(draw: Draw, fabric: Fabric, options: JobOptions = {}): Job {
  const leaves = options.leaves ?? draw.whole(3, fabric.leaves);
  const perLeaf = options.workersPerLeaf ?? draw.whole(2, 4);
  const workers = leaves * perLeaf;
  const computeMs = Math.round(draw.between(60, 160));
  const communication = options.communication ?? draw.between(0.3, 0.6);
  const communicationMs = (computeMs * communication) / (1 - communication);
  const bytes = Math.round(
    ((communicationMs / 8000) * fabric.hostBps) / ((2 * (workers - 1)) / workers),
  );
  const jitter = draw.between(0.01, 0.04);
  // All wait for the slowest of them: the largest of n normal draws is about sqrt(2 ln n) sigma.
  const periodMs = computeMs * (1 + jitter * Math.sqrt(2 * Math.log(workers))) + communicationMs;
  const control = options.control ?? draw.pick(['dctcp', 'dcqcn']);
  const workload: Training = {
    name: 'llm',
    kind: 'training',
    workers: {
      leaf: `leaf1-${leaves}`,
      perLeaf,
      skip: options.skip ?? 0,
      placement: options.placement ?? 'packed',
    },
    control,
    minRtoMs: control === 'dcqcn' ? 4 : draw.pick([10, 200]),
    connections: draw.pick([4, 8]),
    computeJitter: jitter,
    steps: [{ computeMs, collective: { algorithm: 'ring-allreduce', bytes } }],
  };
  const stated = draw.chance(0.5);
  return {
    workload,
    intent: jobIntent('llm', 'ring-allreduce', stated ? periodMs * 1.05 : null),
    sufferer: {
      workload: 'llm',
      intent: 'TrainingJob/llm',
      metric: 'iteration-time',
      quantile: 0.95,
    },
    workers,
    periodMs,
    computeMs,
  };
}

/** Without a period, the loop compares with what the job was like before. */
export const jobIntent = (
  name: string,
  collective: 'ring-allreduce' | 'parameter-server',
  periodMs: number | null,
  members = `${name}.workers`,
): IntentInput => ({
  apiVersion: 'weir.dev/v1',
  kind: 'TrainingJob',
  metadata: { name },
  spec: {
    members: { hostsOf: members },
    ...(collective === 'parameter-server'
      ? { servers: { hostsOf: members.replace('.workers', '.servers') } }
      : {}),
    collective,
    ...(periodMs === null ? {} : { periodMs: Number(periodMs.toFixed(1)) }),
  },
});
