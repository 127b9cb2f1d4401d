import { ok, refuse, type Result } from '@weir/core/base';
import type { QueueSpec } from '../network/spec';
import { Attack } from './attack';
import { Bulk } from './bulk';
import { checkSpec } from './check';
import { Inference } from './inference';
import type { Job, JobContext, JobSpec } from './job';
import { Training } from './training';
import { Transfers } from './transfers';

/**
 * Checks a workload against the fabric and builds it. Refused with `request-invalid` and the path
 * of the field (`workloads.<name>.steps[2].collective.bytes`): unknown or missing endpoints,
 * numbers out of range, an iteration that would take no time.
 */
export function createJob(spec: JobSpec, context: JobContext): Result<Job> {
  const problem = checkSpec(spec, context.network);
  if (problem !== null) {
    return refuse('request-invalid', `workloads.${spec.name}${problem.field}`, problem.reason);
  }
  switch (spec.kind) {
    case 'training':
      return ok(new Training(spec, context));
    case 'inference':
      return ok(new Inference(spec, context));
    case 'bulk':
      return ok(new Bulk(spec, context));
    case 'transfers':
      return ok(new Transfers(spec, context));
    case 'scan':
    case 'flood':
      return ok(new Attack(spec, context));
  }
}

/** Index of the queue that the packets of a workload land in: the one it names, else its class's. */
export function queueOf(spec: JobSpec, queues: readonly QueueSpec[]): Result<number> {
  const index = queues.findIndex((queue) =>
    spec.queue === undefined ? queue.classes.includes(spec.class) : queue.name === spec.queue,
  );
  if (index >= 0) return ok(index);
  const what = spec.queue === undefined ? `the class ${spec.class}` : `the name ${spec.queue}`;
  return refuse('request-invalid', `workloads.${spec.name}.queue`, `no queue has ${what}`);
}
