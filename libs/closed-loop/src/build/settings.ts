import type { ScenarioSetting } from '@weir/contracts';
import { ok, type Result } from '@weir/core/base';
import {
  DEFAULT_QUEUE,
  interfacesOf,
  splitPort,
  type FabricSpec,
  type NextHopSetting,
  type QueueSetting,
  type SwitchSettings,
} from '@weir/sim';
import { matching } from './pattern';
import { all, mistake, unknownName } from './refusals';

type QueueFields = NonNullable<ScenarioSetting['queue']>;

/** A setting of the file with its names resolved: what changes on which switch. */
export interface SettingStep {
  readonly device: string;
  readonly apply: (before: SwitchSettings) => SwitchSettings;
}

/** Resolves settings in order, one step for each switch that a pattern means. */
export function buildSettings(
  settings: readonly ScenarioSetting[],
  spec: FabricSpec,
  where: string,
): Result<SettingStep[]> {
  const steps = all(settings, (setting, i) => stepsOf(setting, spec, `${where}[${i}]`));
  return steps.ok ? ok(steps.value.flat()) : steps;
}

function stepsOf(setting: ScenarioSetting, spec: FabricSpec, where: string): Result<SettingStep[]> {
  const names = spec.switches.map((entry) => entry.name);
  const devices = matching(setting.device, names);
  if (devices.length === 0) return unknownName(`${where}.device`, 'switch', setting.device, names);
  const { queue, route } = setting;
  if (queue !== undefined)
    return all(devices, (device) => queueStep(device, queue, spec, `${where}.queue`));
  if (route === undefined) return mistake(where, 'needs exactly one of queue, route');
  return all(devices, (device) => routeStep(device, route, spec, `${where}.route`));
}

function queueStep(
  device: string,
  fields: QueueFields,
  spec: FabricSpec,
  where: string,
): Result<SettingStep> {
  const ports = interfacesOf(spec, device);
  const interfaces = matching(fields.interface, ports);
  if (interfaces.length === 0)
    return unknownName(`${where}.interface`, `interface of ${device}`, fields.interface, ports);
  const names = spec.queues.map((queue) => queue.name);
  const queues = matching(fields.name, names);
  if (queues.length === 0) return unknownName(`${where}.name`, 'queue', fields.name, names);
  return ok({
    device,
    apply: (before) => {
      const all = new Map(before.queues);
      for (const port of interfaces) {
        const settings = new Map(all.get(port));
        for (const queue of queues)
          settings.set(queue, withFields(settings.get(queue) ?? DEFAULT_QUEUE, fields));
        all.set(port, settings);
      }
      return { ...before, queues: all };
    },
  });
}

function withFields(before: QueueSetting, fields: QueueFields): QueueSetting {
  const { scalingFactor, staticLimit, dedicated, ecn, lossless, scheduling } = fields;
  return {
    ...before,
    ...(scalingFactor === undefined ? {} : { limit: { kind: 'dynamic', scalingFactor } }),
    ...(staticLimit === undefined ? {} : { limit: { kind: 'static', bytes: staticLimit } }),
    ...(dedicated === undefined ? {} : { dedicatedBytes: dedicated }),
    ...(ecn === undefined ? {} : { ecn: ecn === null ? null : ecnOf(ecn) }),
    ...(lossless === undefined ? {} : { lossless }),
    ...(scheduling === undefined ? {} : { scheduling }),
  };
}

const ecnOf = (ecn: NonNullable<QueueFields['ecn']>): NonNullable<QueueSetting['ecn']> => ({
  minThresholdBytes: ecn.minThreshold,
  maxThresholdBytes: ecn.maxThreshold,
  maxProbability: ecn.maxProbability,
});

function routeStep(
  device: string,
  route: NonNullable<ScenarioSetting['route']>,
  spec: FabricSpec,
  where: string,
): Result<SettingStep> {
  const prefixes = prefixesOf(route.to, spec);
  if (prefixes.length === 0) {
    const known = [...spec.switches, ...spec.endpoints].map((entry) => entry.name);
    return unknownName(`${where}.to`, 'prefix, host or switch', route.to, known);
  }
  const ports = portsByName(device, spec);
  const hops: NextHopSetting[] = [];
  for (const [name, weight] of Object.entries(route.weights)) {
    const interfaces = ports.get(name);
    if (interfaces === undefined)
      return unknownName(
        `${where}.weights.${name}`,
        `interface or neighbour of ${device}`,
        name,
        ports.keys(),
      );
    hops.push(...interfaces.map((port) => ({ interface: port, weight })));
  }
  return ok({
    device,
    apply: (before) => {
      const routes = new Map(before.routes);
      for (const prefix of prefixes) {
        const named = new Set(hops.map((hop) => hop.interface));
        const others = (before.routes.get(prefix) ?? [])
          .filter((hop) => !named.has(hop.interface))
          .map((hop) => ({ ...hop, weight: 0 }));
        routes.set(prefix, [...hops, ...others]);
      }
      return { ...before, routes };
    },
  });
}

function prefixesOf(to: string, spec: FabricSpec): string[] {
  const found = spec.endpoints.filter(
    ({ prefix, name, attachedTo }) =>
      prefix === to || name === to || splitPort(attachedTo).device === to,
  );
  return [...new Set(found.map((endpoint) => endpoint.prefix))];
}

/** Interfaces of a switch by their own name and by the name of the switch behind them. */
function portsByName(device: string, spec: FabricSpec): Map<string, string[]> {
  const ports = new Map<string, string[]>();
  for (const name of interfacesOf(spec, device)) ports.set(name, [name]);
  for (const link of spec.links) {
    const ends = [splitPort(link.a), splitPort(link.b)] as const;
    for (const [near, far] of [ends, [ends[1], ends[0]] as const])
      if (near.device === device)
        ports.set(far.device, [...(ports.get(far.device) ?? []), near.interface]);
  }
  return ports;
}
