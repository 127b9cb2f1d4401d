import { strict } from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import { intentId, type EndpointId, type Objective, type Topology } from '@weir/core/model';
import type { IntentKind } from '@weir/core/ports';
import { z } from 'zod';
import {
  endpointSelectorSchema,
  selectEndpoints,
  type EndpointSelector,
} from '../../endpoint-selector';
import { parseSpec } from '../../spec-schema';
import { COLLECTIVES, collectiveFlows } from './collective-flows';

/** An iteration may take this much longer than the job's own period before it counts as slow. */
const PERIOD_TOLERANCE = 1.25;

const durationMs = z.number().positive().max(86_400_000);

const schema = strict({
  workload: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('Name as the job reports itself (service.name); default: the name of the intent.'),
  members: endpointSelectorSchema.describe('Workers; the order is the order of the ring.'),
  servers: endpointSelectorSchema.optional().describe('Parameter servers, for parameter-server.'),
  collective: z.enum(COLLECTIVES).describe('Which members exchange traffic.'),
  metric: z.enum(['iteration-time', 'collective-time']).default('iteration-time'),
  quantile: z.number().gt(0).lt(1).default(0.95),
  periodMs: durationMs
    .optional()
    .describe('Iteration time by the plan of the job; without thresholdMs, 1.25 x this is slow.'),
  thresholdMs: durationMs
    .optional()
    .describe('Upper limit of the quantile; without it and periodMs, 1.25 x the own baseline.'),
  targetRatio: z.number().gt(0).max(1).default(0.999),
}).superRefine((spec, context) => {
  const needed = spec.collective === 'parameter-server';
  if (needed === (spec.servers !== undefined)) return;
  const message = needed
    ? 'required when collective is parameter-server'
    : 'only for the collective parameter-server';
  context.addIssue({ code: 'custom', path: ['servers'], message });
});
type Spec = z.infer<typeof schema>;

function endpointsOf(
  selector: EndpointSelector,
  topology: Topology,
  where: string,
): Result<readonly EndpointId[]> {
  const endpoints = selectEndpoints(selector, topology, where);
  return endpoints.ok ? ok(endpoints.value.map((endpoint) => endpoint.id)) : endpoints;
}

function flowsOf(spec: Spec, topology: Topology): Result<Objective['flows']> {
  const members = endpointsOf(spec.members, topology, 'spec.members');
  if (!members.ok) return members;
  const servers = spec.servers ? endpointsOf(spec.servers, topology, 'spec.servers') : ok([]);
  if (!servers.ok) return servers;
  const fewest = spec.collective === 'parameter-server' ? 1 : 2;
  if (members.value.length < fewest)
    return refuse('intent-invalid', 'spec.members', `at least ${fewest} members are needed`);
  const both = servers.value.find((server) => members.value.includes(server));
  if (both) return refuse('intent-invalid', 'spec.servers', `${both} is a member too`);
  return ok(collectiveFlows(spec.collective, members.value, servers.value));
}

function thresholdOf(spec: Spec): number | null {
  if (spec.thresholdMs !== undefined) return spec.thresholdMs;
  return spec.periodMs === undefined ? null : spec.periodMs * PERIOD_TOLERANCE;
}

export const trainingJob: IntentKind = {
  kind: 'TrainingJob',
  shortNames: ['tj', 'training'],
  description: 'Keep the iterations of a distributed training job as fast as the fabric allows.',
  example: {
    apiVersion: 'weir.dev/v1',
    kind: 'TrainingJob',
    metadata: { name: 'llm' },
    priority: 100,
    spec: {
      members: ['gpu1', 'gpu2', 'gpu3', 'gpu4'],
      collective: 'ring-allreduce',
      metric: 'iteration-time',
      periodMs: 400,
    },
  },
  parse: (spec) => parseSpec(schema, spec),
  compile(resource, topology) {
    const spec = parseSpec(schema, resource.spec);
    if (!spec.ok) return spec;
    const flows = flowsOf(spec.value, topology);
    if (!flows.ok) return flows;
    const intent = intentId(resource.kind, resource.metadata.name);
    const objective: Objective = {
      id: intent,
      intent,
      priority: resource.priority,
      workloads: [spec.value.workload ?? resource.metadata.name],
      class: 'training',
      metric: spec.value.metric,
      quantile: spec.value.quantile,
      thresholdMs: thresholdOf(spec.value),
      ...(spec.value.periodMs === undefined ? {} : { periodMs: spec.value.periodMs }),
      targetRatio: spec.value.targetRatio,
      flows: flows.value,
    };
    return ok({ objectives: [objective], drains: [] });
  },
};
