import { labelsSchema, nameSchema, nearest, strict } from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import { endpointId, type Endpoint, type Topology } from '@weir/core/model';
import { z } from 'zod';

/** Endpoints by name, in the order given, or all that carry every one of some labels. */
export const endpointSelectorSchema = z.union(
  [
    z.array(nameSchema).min(1, 'at least one endpoint').max(10_000),
    strict({
      matchLabels: labelsSchema.refine((labels) => Object.keys(labels).length > 0, {
        message: 'at least one label',
      }),
    }),
  ],
  { error: 'a list of endpoint names, or matchLabels' },
);
export type EndpointSelector = z.infer<typeof endpointSelectorSchema>;

/**
 * The endpoints that a selector means, at least one. Refused at `where`: names that the topology
 * does not have, names given twice, labels that nothing carries.
 */
export function selectEndpoints(
  selector: EndpointSelector,
  topology: Topology,
  where: string,
): Result<readonly Endpoint[]> {
  return Array.isArray(selector)
    ? byName(selector, topology, where)
    : byLabels(selector.matchLabels, topology, `${where}.matchLabels`);
}

function byName(
  names: readonly string[],
  topology: Topology,
  where: string,
): Result<readonly Endpoint[]> {
  const found: Endpoint[] = [];
  for (const [i, name] of names.entries()) {
    const endpoint = topology.endpoints.get(endpointId(name));
    if (!endpoint) {
      const near = nearest(name, topology.endpoints.keys());
      const hint = near ? `; did you mean "${near}"?` : '';
      const reason = `the topology has no endpoint "${name}"${hint}`;
      return refuse('intent-invalid', `${where}[${i}]`, reason);
    }
    if (names.indexOf(name) < i)
      return refuse('intent-invalid', `${where}[${i}]`, `"${name}" is named twice`);
    found.push(endpoint);
  }
  return ok(found);
}

function byLabels(
  labels: Readonly<Record<string, string>>,
  topology: Topology,
  where: string,
): Result<readonly Endpoint[]> {
  const wanted = Object.entries(labels);
  const found = [...topology.endpoints.values()].filter((endpoint) =>
    wanted.every(([key, value]) => endpoint.labels[key] === value),
  );
  if (found.length > 0) return ok(found);
  const text = wanted.map(([key, value]) => `${key}=${value}`).join(', ');
  return refuse('intent-invalid', where, `no endpoint of the topology has the labels ${text}`);
}
