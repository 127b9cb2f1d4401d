import { formatElem } from '@weir/gnmi';

const entry = (name: string, key: Readonly<Record<string, string>>): string =>
  formatElem({ name, key });

export const NETWORK_INSTANCE = '/network-instances/network-instance[name=DEFAULT]';
const STATIC = `${NETWORK_INSTANCE}/protocols/protocol[identifier=STATIC][name=DEFAULT]`;

export const interfacePath = (name: string): string =>
  `/interfaces/${entry('interface', { name })}`;

export const protocolPath = STATIC;

export const staticPath = (prefix: string): string =>
  `${STATIC}/static-routes/${entry('static', { prefix })}`;

export const nextHopPath = (prefix: string, index: string): string =>
  `${staticPath(prefix)}/next-hops/${entry('next-hop', { index })}`;

export const aftEntryPath = (prefix: string): string =>
  `${NETWORK_INSTANCE}/afts/ipv4-unicast/${entry('ipv4-entry', { prefix })}`;

export const qosInterfacePath = (name: string): string =>
  `/qos/interfaces/${entry('interface', { 'interface-id': name })}`;

export const queuePath = (name: string, queue: string): string =>
  `${qosInterfacePath(name)}/output/queues/${entry('queue', { name: queue })}`;

export const bufferProfilePath = (name: string): string =>
  `/qos/buffer-allocation-profiles/${entry('buffer-allocation-profile', { name })}`;

export const bufferQueuePath = (profile: string, queue: string): string =>
  `${bufferProfilePath(profile)}/queues/${entry('queue', { name: queue })}`;

export const neighbourPath = (name: string): string =>
  `/lldp/interfaces/${entry('interface', { name })}/neighbors/neighbor[id=1]`;

export const schedulerPolicyPath = (name: string): string =>
  `/qos/scheduler-policies/${entry('scheduler-policy', { name })}`;

export const schedulerPath = (policy: string, sequence: number): string =>
  `${schedulerPolicyPath(policy)}/schedulers/${entry('scheduler', { sequence: String(sequence) })}`;

export const schedulerInputPath = (policy: string, sequence: number, id: string): string =>
  `${schedulerPath(policy, sequence)}/inputs/${entry('input', { id })}`;

export const markingProfilePath = (name: string): string =>
  `/qos/queue-management-profiles/${entry('queue-management-profile', { name })}`;
