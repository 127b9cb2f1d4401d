import { ok, type Result } from '@weir/core/base';
import { intentId } from '@weir/core/model';
import type { IntentKind } from '@weir/core/ports';
import { parseSpec } from '../../spec-schema';
import { flatten, type FlatClass } from './flatten';
import { settingsFor } from './ports';
import { schema, type Spec } from './schema';

function checked(spec: unknown): Result<{ spec: Spec; classes: readonly FlatClass[] }> {
  const parsed = parseSpec(schema, spec);
  if (!parsed.ok) return parsed;
  const classes = flatten(parsed.value);
  return classes.ok ? ok({ spec: parsed.value, classes: classes.value }) : classes;
}

export const qosScheme: IntentKind = {
  kind: 'QosScheme',
  shortNames: ['qos'],
  description: 'Which packets go to which queue of some ports, and how each queue is served.',
  example: {
    apiVersion: 'weir.dev/v1',
    kind: 'QosScheme',
    metadata: { name: 'default-plan' },
    spec: {
      classes: [
        { name: 'real-time', traffic: ['real-time-inference'], strict: true, sharePercent: 10 },
        {
          name: 'training',
          traffic: ['training'],
          sharePercent: 40,
          drop: { kind: 'wred', minPercent: 70, maxPercent: 90 },
          ecn: true,
        },
        {
          name: 'rest',
          traffic: ['interactive', 'storage', 'batch', 'management', 'best-effort'],
          sharePercent: 50,
          drop: { kind: 'wred', minPercent: 50, maxPercent: 75 },
        },
      ],
    },
  },
  // What is kept is the spec with its defaults, which is parsed again whenever it is compiled.
  parse(spec) {
    const found = checked(spec);
    return found.ok ? ok(found.value.spec) : found;
  },
  compile(resource, topology) {
    const found = checked(resource.spec);
    if (!found.ok) return found;
    const settings = settingsFor(found.value.spec, found.value.classes, topology);
    if (!settings.ok) return settings;
    const intent = intentId(resource.kind, resource.metadata.name);
    const scheme = { id: intent, intent, priority: resource.priority, settings: settings.value };
    return ok({ objectives: [], drains: [], schemes: [scheme] });
  },
};
