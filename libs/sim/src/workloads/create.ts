import { ok, refuse, type Random, type Result } from '@weir/core/base';
import type { Network } from '../network/network';
import type { Routing } from '../network/routing';
import { Bulk } from './bulk';
import { Inference } from './inference';
import { Training } from './training';
import type { Workload, WorkloadSpec } from './workload';

/** Checks the names in a workload against the fabric and builds it. */
export function createWorkload(
  spec: WorkloadSpec,
  network: Network,
  routing: Routing,
  random: Random,
): Result<Workload> {
  const where = `workloads.${spec.name}`;
  for (const [field, names] of endpointsOf(spec)) {
    if (names.length === 0) {
      return refuse('request-invalid', `${where}.${field}`, 'at least one endpoint is needed');
    }
    const unknown = names.find((name) => !network.endpoints.has(name));
    if (unknown !== undefined) {
      return refuse('request-invalid', `${where}.${field}`, `no endpoint is called ${unknown}`);
    }
  }
  const queue = network.spec.queues.findIndex((entry) =>
    spec.queue === undefined ? entry.classes.includes(spec.class) : entry.name === spec.queue,
  );
  if (queue < 0) {
    const what = spec.queue === undefined ? `the class ${spec.class}` : `the name ${spec.queue}`;
    return refuse('request-invalid', `${where}.queue`, `no queue has ${what}`);
  }
  const context = { network, routing, queue, random: random.fork(spec.name) };
  switch (spec.kind) {
    case 'inference':
      return ok(new Inference(spec, context));
    case 'bulk':
      return ok(new Bulk(spec, context));
    case 'parameter-server':
    case 'ring-allreduce':
      return ok(new Training(spec, context));
  }
}

function endpointsOf(spec: WorkloadSpec): [string, readonly string[]][] {
  switch (spec.kind) {
    case 'inference':
      return [
        ['clients', spec.clients],
        ['servers', spec.servers],
      ];
    case 'bulk':
      return [
        ['sources', spec.sources],
        ['destinations', spec.destinations],
      ];
    case 'parameter-server':
      return [
        ['workers', spec.workers],
        ['servers', spec.servers],
      ];
    case 'ring-allreduce':
      return [['workers', spec.workers]];
  }
}
