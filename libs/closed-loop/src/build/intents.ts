import type { IntentEnvelope } from '@weir/contracts';
import { ok, type Result } from '@weir/core/base';
import {
  API_VERSION,
  type CompiledIntent,
  type IntentResource,
  type Topology,
} from '@weir/core/model';
import { checkIntent, intentKinds } from '@weir/intents';
import type { BuiltJob } from './jobs';
import { mistake, unknownName } from './refusals';

/** An intent as the API would take it, and what it compiles to on this topology. */
export interface BuiltIntent {
  readonly id: string;
  readonly resource: IntentResource;
  readonly compiled: CompiledIntent;
}

/** `hostsOf` replaced, and checked by its kind; refused at the field of the scenario. */
export function buildIntent(
  envelope: IntentEnvelope,
  topology: Topology,
  jobs: readonly BuiltJob[],
  where: string,
): Result<BuiltIntent> {
  const spec = withHosts(envelope.spec, jobs, `${where}.spec`);
  if (!spec.ok) return spec;
  const checked = checkIntent({ ...envelope, spec: spec.value });
  if (!checked.ok) return mistake(`${where}.${checked.error.where}`, checked.error.reason);
  const { kind, metadata, priority } = checked.value;
  const resource: IntentResource = {
    apiVersion: API_VERSION,
    kind,
    metadata: { name: metadata.name, labels: metadata.labels, generation: 1, createdMs: 0 },
    priority,
    spec: spec.value,
  };
  const compiled = intentKinds.get(kind)?.compile(resource, topology);
  if (compiled === undefined) return mistake(`${where}.kind`, `no kind is called "${kind}"`);
  if (!compiled.ok) return mistake(`${where}.${compiled.error.where}`, compiled.error.reason);
  return ok({ id: `${kind}/${metadata.name}`, resource, compiled: compiled.value });
}

/** The value with every `{ hostsOf: workload.part }` replaced by the names of those hosts. */
function withHosts(value: unknown, jobs: readonly BuiltJob[], where: string): Result<unknown> {
  if (typeof value !== 'object' || value === null) return ok(value);
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const [i, item] of value.entries()) {
      const replaced = withHosts(item, jobs, `${where}[${i}]`);
      if (!replaced.ok) return replaced;
      items.push(replaced.value);
    }
    return ok(items);
  }
  if ('hostsOf' in value) return hostsOf(value, jobs, `${where}.hostsOf`);
  const fields: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const replaced = withHosts(field, jobs, `${where}.${key}`);
    if (!replaced.ok) return replaced;
    fields[key] = replaced.value;
  }
  return ok(fields);
}

function hostsOf(value: object, jobs: readonly BuiltJob[], where: string): Result<unknown> {
  const { hostsOf: name, ...others } = value as { readonly hostsOf: unknown };
  if (typeof name !== 'string' || Object.keys(others).length > 0)
    return mistake(where, 'stands alone and names the hosts of a workload, e.g. chat.clients');
  const parts = jobs.flatMap((job) =>
    Object.entries(job.hosts).map(([part, hosts]) => [`${job.spec.name}.${part}`, hosts] as const),
  );
  const found = parts.find(([known]) => known === name);
  if (found !== undefined) return ok(found[1]);
  return unknownName(
    where,
    'list of hosts',
    name,
    parts.map(([known]) => known),
  );
}
