import { nearest } from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import {
  deviceId,
  type Device,
  type Interface,
  type SchemeRequest,
  type Topology,
} from '@weir/core/model';
import type { FlatClass } from './flatten';
import type { Spec } from './schema';
import { wholeWeights } from './weights';

type Setting = SchemeRequest['settings'][number];

/** What the classes mean for each queue of each port that the scheme is for. */
export function settingsFor(
  spec: Spec,
  classes: readonly FlatClass[],
  topology: Topology,
): Result<readonly Setting[]> {
  const devices = devicesOf(spec, topology);
  if (!devices.ok) return devices;
  const settings: Setting[] = [];
  for (const device of devices.value) {
    const queues = queuesOf(device, classes);
    if (!queues.ok) return queues;
    for (const port of portsOf(spec, device)) {
      const ofPort = settingsOfPort(device, port, classes, queues.value);
      if (!ofPort.ok) return ofPort;
      settings.push(...ofPort.value);
    }
  }
  if (settings.length > 0) return ok(settings);
  return refuse('intent-invalid', 'spec.interfaces', 'no device of the scheme has one of these');
}

function devicesOf({ devices }: Spec, topology: Topology): Result<readonly Device[]> {
  const managed = [...topology.devices.values()].filter((device) => device.address !== '');
  if (devices === undefined)
    return managed.length > 0
      ? ok(managed)
      : refuse('intent-invalid', 'spec.devices', 'the topology has no managed device');
  const found: Device[] = [];
  for (const [i, name] of devices.entries()) {
    const device = topology.devices.get(deviceId(name));
    const where = `spec.devices[${i}]`;
    if (device === undefined) {
      const near = nearest(name, topology.devices.keys());
      const hint = near === null || near === undefined ? '' : `; did you mean "${near}"?`;
      return refuse('intent-invalid', where, `the topology has no device "${name}"${hint}`);
    }
    if (device.address === '')
      return refuse('intent-invalid', where, `${name} has no address, so that it is not managed`);
    found.push(device);
  }
  return ok([...new Set(found)]);
}

const portsOf = ({ interfaces }: Spec, device: Device): readonly Interface[] =>
  [...device.interfaces.values()].filter(
    ({ name }) => interfaces === undefined || interfaces.includes(name),
  );

/** The queue of each class; a queue serves one class, since it has one behaviour. */
function queuesOf(device: Device, classes: readonly FlatClass[]): Result<readonly string[]> {
  const known = new Set(device.queueOfClass.values());
  const servedBy = new Map<string, string>();
  const queues: string[] = [];
  for (const { path, name, queue, traffic } of classes) {
    const wanted =
      queue === undefined ? traffic.map((item) => device.queueOfClass.get(item)) : [queue];
    const [first] = wanted;
    const where = queue === undefined ? `${path}.traffic` : `${path}.queue`;
    const has = `${device.id} has the queues ${[...known].join(', ') || '(none)'}`;
    if (first === undefined || !known.has(first))
      return refuse(
        'intent-invalid',
        where,
        `no queue ${queue ?? `for ${traffic[0] ?? ''}`}: ${has}`,
      );
    if (wanted.some((item) => item !== first))
      return refuse(
        'intent-invalid',
        where,
        `${device.id} has these in several queues (${wanted.join(', ')}); give each a class`,
      );
    const other = servedBy.get(first);
    if (other !== undefined)
      return refuse(
        'intent-invalid',
        where,
        `queue ${first} of ${device.id} serves class ${other} already; ${has}, and a class needs one`,
      );
    servedBy.set(first, name);
    queues.push(first);
  }
  return ok(queues);
}

function settingsOfPort(
  device: Device,
  { name, capacityBps }: Interface,
  classes: readonly FlatClass[],
  queues: readonly string[],
): Result<readonly Setting[]> {
  const ratios = classes.map(({ sharePercent, bandwidth, tenantRatio }) =>
    bandwidth === undefined ? (tenantRatio * (sharePercent ?? 0)) / 100 : bandwidth / capacityBps,
  );
  const total = ratios.reduce((sum, ratio) => sum + ratio, 0);
  if (total > 1 + TOLERANCE) {
    const i = classes.findIndex(({ bandwidth }) => bandwidth !== undefined);
    return refuse(
      'intent-invalid',
      `${classes[i]?.path ?? 'spec'}.bandwidth`,
      `the shares of ${device.id}:${name} add up to ${(total * 100).toFixed(1)} % of its ${capacityBps / 1e9} Gb/s`,
    );
  }
  const weights = wholeWeights(ratios.filter((_, i) => classes[i]?.strict === false));
  let next = 0;
  return ok(
    classes.map(({ strict, dscp, burst, drop, ecn }, i): Setting => ({
      device: device.id,
      interface: name,
      queue: queues[i] ?? '',
      strict,
      weight: strict ? 0 : (weights[next++] ?? 1),
      dscp,
      limitBytes: burst ?? null,
      drop,
      ecn,
    })),
  );
}

const TOLERANCE = 1e-3;
