import type { StateGroup, StateValue } from '@weir/gnmi-server';
import {
  interfacesOf,
  pauseFramesReceived,
  type FabricSpec,
  type InterfaceCounters,
  type QueueCounters,
  type SwitchCounters,
} from '@weir/sim';
import { neighbours } from './addressing';
import { aftEntryPath, interfacePath, neighbourPath, queuePath } from './paths';

/** Where the state of switches comes from: the simulated world. */
export interface SwitchStateSource {
  readonly spec: FabricSpec;
  readonly nowMs: number;
  counters(device: string): SwitchCounters;
  portUp(device: string, name: string): boolean;
}

/** Counters of one switch, formed once for each moment: they are read leaf by leaf. */
function snapshots(fabric: SwitchStateSource, device: string): () => SwitchCounters {
  let takenMs = NaN;
  let taken: SwitchCounters | null = null;
  return () => {
    if (taken === null || takenMs !== fabric.nowMs) {
      taken = fabric.counters(device);
      takenMs = fabric.nowMs;
    }
    return taken;
  };
}

/** What a group is read from: one reader for each leaf, by its path below the group. */
type Readers = Readonly<Record<string, () => StateValue | null>>;

function group(path: string, readers: Readers): StateGroup {
  const leaves = Object.keys(readers);
  const functions = Object.values(readers);
  return { path, leaves, read: (index) => functions[index]?.() ?? null };
}

/** State that does not depend on configuration: ports, queues, neighbours. */
export function portGroups(fabric: SwitchStateSource, device: string): StateGroup[] {
  const around = neighbours(fabric.spec, device);
  const counters = snapshots(fabric, device);
  return interfacesOf(fabric.spec, device).flatMap((name, at) => [
    interfaceGroup(fabric, counters, device, name, at + 1),
    ...fabric.spec.queues.map((queue, q) => queueGroup(counters, name, queue.name, q)),
    ...neighbourGroup(name, around.get(name)),
  ]);
}

function interfaceGroup(
  fabric: SwitchStateSource,
  counters: () => SwitchCounters,
  device: string,
  name: string,
  ifindex: number,
): StateGroup {
  const counter = (of: (port: InterfaceCounters) => number) => (): StateValue | null => {
    const port = counters().interfaces.get(name);
    return port === undefined ? null : Math.floor(of(port));
  };
  return group(interfacePath(name), {
    'state/admin-status': () => 'UP',
    'state/oper-status': () => (fabric.portUp(device, name) ? 'UP' : 'DOWN'),
    'state/ifindex': () => ifindex,
    'state/counters/in-octets': counter((port) => port.inOctets),
    'state/counters/in-pkts': counter((port) => port.inPkts),
    'state/counters/in-discards': () => 0,
    'state/counters/in-errors': counter((port) => port.inErrors),
    'state/counters/out-octets': counter((port) => port.outOctets),
    'state/counters/out-pkts': counter((port) => port.outPkts),
    'state/counters/out-discards': counter((port) => port.outDiscards),
    'state/counters/out-errors': () => 0,
    'ethernet/state/counters/in-mac-pause-frames': counter(pauseFramesReceived),
    'ethernet/state/counters/out-mac-pause-frames': counter((port) => port.pauseFramesSent),
  });
}

function queueGroup(
  counters: () => SwitchCounters,
  name: string,
  queue: string,
  q: number,
): StateGroup {
  const counter = (of: (counters: QueueCounters) => number) => (): StateValue | null => {
    const own = counters().interfaces.get(name)?.queues[q];
    return own === undefined ? null : Math.floor(of(own));
  };
  return group(queuePath(name, queue), {
    'state/transmit-pkts': counter((counters) => counters.transmitPkts),
    'state/transmit-octets': counter((counters) => counters.transmitOctets),
    'state/dropped-pkts': counter((counters) => counters.droppedPkts),
    'state/dropped-octets': counter((counters) => counters.droppedOctets),
    'state/ecn-marked-pkts': counter((counters) => counters.ecnMarkedPkts),
    'state/ecn-marked-octets': counter((counters) => counters.ecnMarkedOctets),
    'state/avg-queue-len': counter((counters) => counters.avgQueueLenBytes),
    'state/max-queue-len': counter((counters) => counters.maxQueueLenBytes),
  });
}

function neighbourGroup(
  name: string,
  far: { readonly system: string; readonly port: string } | undefined,
): StateGroup[] {
  if (far === undefined) return [];
  return [
    group(neighbourPath(name), {
      'state/id': () => '1',
      'state/system-name': () => far.system,
      'state/chassis-id': () => far.system,
      'state/port-id': () => far.port,
    }),
  ];
}

/** Installed routes with what was forwarded for them. */
export function forwardingGroups(
  fabric: SwitchStateSource,
  device: string,
  prefixes: Iterable<readonly [prefix: string, origin: string]>,
): StateGroup[] {
  const counters = snapshots(fabric, device);
  const octets = (prefix: string): number => counters().prefixes.get(prefix) ?? 0;
  return [...prefixes].map(([prefix, origin]) =>
    group(aftEntryPath(prefix), {
      'state/prefix': () => prefix,
      'state/origin-protocol': () => origin,
      'state/counters/octets-forwarded': () => Math.floor(octets(prefix)),
      'state/counters/packets-forwarded': () => Math.floor(octets(prefix) / 1500),
    }),
  );
}

export function systemGroup(
  bootTimeNs: () => bigint,
  lastConfigurationNs: () => bigint,
  timeNs: () => bigint,
): StateGroup {
  return group('/system', {
    'state/boot-time': () => bootTimeNs(),
    'state/last-configuration-timestamp': () => lastConfigurationNs(),
    'state/current-datetime': () => new Date(Number(timeNs() / 1_000_000n)).toISOString(),
    'state/software-version': () => 'weir-fabric',
  });
}
