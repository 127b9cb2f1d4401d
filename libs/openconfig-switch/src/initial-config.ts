import type { LeafValue } from '@weir/gnmi';
import type { FabricSpec, NextHopSetting, QueueSetting, SwitchSettings } from '@weir/sim';
import { connectedPrefixes, nextHopAddresses } from './addressing';
import { addMarking, addScheduling } from './queue-profiles';
import {
  bufferProfilePath,
  bufferQueuePath,
  interfacePath,
  NETWORK_INSTANCE,
  nextHopPath,
  protocolPath,
  qosInterfacePath,
  queuePath,
  staticPath,
} from './paths';

/** The configuration that a switch boots with, as OpenConfig leaves. */
export function initialConfig(
  spec: FabricSpec,
  device: string,
  settings: SwitchSettings,
): Map<string, LeafValue> {
  const leaves = new Map<string, LeafValue>();
  leaves.set('/system/config/hostname', device);
  for (const name of settings.queues.keys()) {
    leaves.set(`${interfacePath(name)}/config/name`, name);
    leaves.set(`${interfacePath(name)}/config/enabled`, true);
  }
  addRoutes(leaves, spec, device, settings);
  addBuffers(leaves, settings);
  addMarking(leaves, settings);
  addScheduling(leaves, settings);
  return leaves;
}

function addRoutes(
  leaves: Map<string, LeafValue>,
  spec: FabricSpec,
  device: string,
  settings: SwitchSettings,
): void {
  const addresses = nextHopAddresses(spec);
  const connected = connectedPrefixes(spec, device);
  leaves.set(`${NETWORK_INSTANCE}/config/name`, 'DEFAULT');
  leaves.set(`${protocolPath}/config/identifier`, 'STATIC');
  leaves.set(`${protocolPath}/config/name`, 'DEFAULT');
  for (const [prefix, hops] of settings.routes) {
    if (connected.has(prefix)) continue;
    leaves.set(`${staticPath(prefix)}/config/prefix`, prefix);
    const indexes = indexesOf(hops);
    for (const [at, hop] of hops.entries()) {
      const index = indexes[at] ?? hop.interface;
      const path = nextHopPath(prefix, index);
      leaves.set(`${path}/config/index`, index);
      leaves.set(`${path}/config/next-hop`, addresses.get(`${device}:${hop.interface}`) ?? 'DROP');
      leaves.set(`${path}/config/wecmp-weight`, String(hop.weight));
      leaves.set(`${path}/interface-ref/config/interface`, hop.interface);
    }
  }
}

/** The number of the interface, as people count next hops; its whole name where that is not unique. */
function indexesOf(hops: readonly NextHopSetting[]): string[] {
  const numbers = hops.map((hop) => hop.interface.replace(/^\D+/, ''));
  const unique = new Set(numbers).size === numbers.length && !numbers.includes('');
  return unique ? numbers : hops.map((hop) => hop.interface);
}

/** Ports with the same queue settings share one buffer-allocation profile, as on real switches. */
function addBuffers(leaves: Map<string, LeafValue>, settings: SwitchSettings): void {
  const names = new Map<string, string>();
  for (const [port, queues] of settings.queues) {
    const key = JSON.stringify(
      [...queues].map(([queue, { dedicatedBytes, limit }]) => [queue, dedicatedBytes, limit]),
    );
    let profile = names.get(key);
    if (profile === undefined) {
      profile = names.size === 0 ? 'default' : `default-${names.size + 1}`;
      names.set(key, profile);
      leaves.set(`${bufferProfilePath(profile)}/config/name`, profile);
      for (const [queue, setting] of queues) addBufferQueue(leaves, profile, queue, setting);
    }
    leaves.set(`${qosInterfacePath(port)}/config/interface-id`, port);
    leaves.set(`${qosInterfacePath(port)}/output/config/buffer-allocation-profile`, profile);
    for (const queue of queues.keys()) leaves.set(`${queuePath(port, queue)}/config/name`, queue);
  }
}

function addBufferQueue(
  leaves: Map<string, LeafValue>,
  profile: string,
  queue: string,
  setting: QueueSetting,
): void {
  const path = `${bufferQueuePath(profile, queue)}/config`;
  leaves.set(`${path}/name`, queue);
  leaves.set(`${path}/dedicated-buffer`, String(setting.dedicatedBytes));
  leaves.set(`${path}/use-shared-buffer`, true);
  if (setting.limit.kind === 'dynamic') {
    leaves.set(`${path}/shared-buffer-limit-type`, 'DYNAMIC_BASED_ON_SCALING_FACTOR');
    leaves.set(`${path}/dynamic-limit-scaling-factor`, setting.limit.scalingFactor);
  } else {
    leaves.set(`${path}/shared-buffer-limit-type`, 'STATIC');
    leaves.set(`${path}/static-shared-buffer-limit`, setting.limit.bytes);
  }
}
