import { nameSchema, nearest, strict } from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import { channelKey, deviceId, intentId, type DrainRequest, type Topology } from '@weir/core/model';
import type { IntentKind } from '@weir/core/ports';
import { z } from 'zod';
import { parseSpec } from '../../spec-schema';

const schema = strict({
  link: z
    .string()
    .min(3)
    .max(600)
    .optional()
    .describe('A link by either of its ports, e.g. leaf1:eth1, or by both: a:x--b:y.'),
  device: nameSchema.optional().describe('A device: all of its links.'),
  reason: z.string().max(1000).default('').describe('For people; kept in the journal.'),
}).superRefine((spec, context) => {
  if ((spec.link === undefined) === (spec.device === undefined))
    context.addIssue({
      code: 'custom',
      path: ['link'],
      message: 'give exactly one of link and device',
    });
});
type Spec = z.infer<typeof schema>;
type Target = DrainRequest['target'];

function targetOf(spec: Spec, topology: Topology): Result<Target> {
  if (spec.device !== undefined) return deviceTarget(spec.device, topology);
  const wanted = spec.link ?? '';
  const reversed = wanted.split('--').reverse().join('--');
  const link = topology.links.find(
    ({ id, a, b }) => [wanted, reversed].includes(id) || [a, b].map(channelKey).includes(wanted),
  );
  if (link) return ok({ kind: 'link', link: link.id });
  const ports = topology.links.flatMap(({ id, a, b }) => [id, channelKey(a), channelKey(b)]);
  const near = nearest(wanted, ports);
  const hint = near ? `; did you mean "${near}"?` : '; name it by a port, as in leaf1:eth1';
  return refuse('intent-invalid', 'spec.link', `the topology has no link "${wanted}"${hint}`);
}

function deviceTarget(name: string, topology: Topology): Result<Target> {
  const device = topology.devices.get(deviceId(name));
  if (device) return ok({ kind: 'device', device: device.id });
  const near = nearest(name, topology.devices.keys());
  const hint = near ? `; did you mean "${near}"?` : '';
  return refuse('intent-invalid', 'spec.device', `the topology has no device "${name}"${hint}`);
}

export const drain: IntentKind = {
  kind: 'Drain',
  shortNames: ['dr'],
  description: 'Take a link or a device out of use while the intent stands.',
  example: {
    apiVersion: 'weir.dev/v1',
    kind: 'Drain',
    metadata: { name: 'replace-optics' },
    priority: 500,
    spec: { link: 'leaf1:eth1', reason: 'optics are replaced' },
  },
  parse: (spec) => parseSpec(schema, spec),
  compile(resource, topology) {
    const spec = parseSpec(schema, resource.spec);
    if (!spec.ok) return spec;
    const target = targetOf(spec.value, topology);
    if (!target.ok) return target;
    const intent = intentId(resource.kind, resource.metadata.name);
    const request = { id: intent, intent, priority: resource.priority, target: target.value };
    return ok({ objectives: [], drains: [request] });
  },
};
