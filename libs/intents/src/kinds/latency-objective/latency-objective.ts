import { labelsSchema, strict, trafficClassSchema } from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import { intentId, type Endpoint, type Objective, type Topology } from '@weir/core/model';
import type { IntentKind } from '@weir/core/ports';
import { z } from 'zod';
import { endpointSelectorSchema, selectEndpoints } from '../../endpoint-selector';
import { parseSpec } from '../../spec-schema';

/** Endpoint label that names the workload on it, for objectives that select by labels. */
const WORKLOAD_LABEL = 'workload';

const schema = strict({
  workloads: z
    .array(z.string().min(1).max(255))
    .min(1, 'at least one workload')
    .max(1000)
    .optional()
    .describe('Names as they report themselves: the OTLP resource attribute service.name.'),
  selector: strict({ matchLabels: labelsSchema })
    .optional()
    .describe(`Instead of workloads: the "${WORKLOAD_LABEL}" labels of the endpoints that match.`),
  class: trafficClassSchema.describe('Traffic class; decides which queue is theirs.'),
  quantile: z.number().gt(0).lt(1).default(0.95),
  thresholdMs: z.number().positive().max(3_600_000).describe('Upper limit of the quantile.'),
  targetRatio: z
    .number()
    .gt(0)
    .max(1)
    .default(0.999)
    .describe('Share of the time in which the threshold is met.'),
  flows: z
    .array(
      strict({
        sources: endpointSelectorSchema,
        destinations: endpointSelectorSchema,
        direction: z
          .enum(['both', 'forward'])
          .default('both')
          .describe('Requests and their responses, or the one way from source to destination.'),
      }),
    )
    .min(1, 'at least one flow; it says which paths matter')
    .max(1000),
}).superRefine((spec, context) => {
  if ((spec.workloads === undefined) === (spec.selector === undefined))
    context.addIssue({
      code: 'custom',
      path: ['workloads'],
      message: 'give exactly one of workloads and selector',
    });
});
type Spec = z.infer<typeof schema>;
type Flow = Objective['flows'][number];

function workloadsOf(spec: Spec, topology: Topology): Result<readonly string[]> {
  if (!spec.selector) return ok([...new Set(spec.workloads)]);
  const where = 'spec.selector';
  const endpoints = selectEndpoints(spec.selector, topology, where);
  if (!endpoints.ok) return endpoints;
  const names = endpoints.value.map((endpoint) => endpoint.labels[WORKLOAD_LABEL]);
  const missing = endpoints.value[names.indexOf(undefined)];
  if (!missing) return ok([...new Set(names as string[])]);
  const reason = `the endpoint ${missing.id} has no label "${WORKLOAD_LABEL}"`;
  return refuse('intent-invalid', where, reason);
}

function flowsOf(spec: Spec, topology: Topology): Result<readonly Flow[]> {
  const flows: Flow[] = [];
  for (const [i, flow] of spec.flows.entries()) {
    const where = `spec.flows[${i}]`;
    const from = selectEndpoints(flow.sources, topology, `${where}.sources`);
    if (!from.ok) return from;
    const to = selectEndpoints(flow.destinations, topology, `${where}.destinations`);
    if (!to.ok) return to;
    const ids = (endpoints: readonly Endpoint[]) => endpoints.map((endpoint) => endpoint.id);
    const [sources, destinations] = [ids(from.value), ids(to.value)];
    if (sources.every((id) => destinations.length === 1 && destinations[0] === id))
      return refuse('intent-invalid', where, 'source and destination are the same endpoint');
    flows.push({ sources, destinations });
    if (flow.direction === 'both') flows.push({ sources: destinations, destinations: sources });
  }
  return ok(flows);
}

export const latencyObjective: IntentKind = {
  kind: 'LatencyObjective',
  shortNames: ['lo', 'latency'],
  description: 'Keep a quantile of the request latency of workloads under a threshold.',
  example: {
    apiVersion: 'weir.dev/v1',
    kind: 'LatencyObjective',
    metadata: { name: 'chat' },
    priority: 200,
    spec: {
      workloads: ['chat'],
      class: 'real-time-inference',
      quantile: 0.95,
      thresholdMs: 100,
      targetRatio: 0.999,
      flows: [
        {
          sources: { matchLabels: { role: 'gateway' } },
          destinations: { matchLabels: { role: 'inference' } },
        },
      ],
    },
  },
  parse: (spec) => parseSpec(schema, spec),
  compile(resource, topology) {
    const spec = parseSpec(schema, resource.spec);
    if (!spec.ok) return spec;
    const workloads = workloadsOf(spec.value, topology);
    if (!workloads.ok) return workloads;
    const flows = flowsOf(spec.value, topology);
    if (!flows.ok) return flows;
    const intent = intentId(resource.kind, resource.metadata.name);
    const objective: Objective = {
      id: intent,
      intent,
      priority: resource.priority,
      workloads: workloads.value,
      class: spec.value.class,
      metric: 'request-latency',
      quantile: spec.value.quantile,
      thresholdMs: spec.value.thresholdMs,
      targetRatio: spec.value.targetRatio,
      flows: flows.value,
    };
    return ok({ objectives: [objective], drains: [] });
  },
};
