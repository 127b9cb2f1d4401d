import { entry } from '../routes/paths';

/** Canonical paths of the OpenConfig QoS subtrees that a Linux switch has. */
export const QOS = '/qos';
export const QUEUES = `${QOS}/queues/queue`;
export const POLICIES = `${QOS}/scheduler-policies/scheduler-policy`;
export const PROFILES = `${QOS}/queue-management-profiles/queue-management-profile`;
export const BUFFERS = `${QOS}/buffer-allocation-profiles/buffer-allocation-profile`;
export const GROUPS = `${QOS}/forwarding-groups/forwarding-group`;
export const CLASSIFIERS = `${QOS}/classifiers/classifier`;
export const PORTS = `${QOS}/interfaces/interface`;

export const isQosPath = (path: string): boolean => path.startsWith(`${QOS}/`);

const named = (list: string, name: string): string => {
  const at = list.lastIndexOf('/');
  return entry(list.slice(0, at), list.slice(at + 1), { name });
};

export const queuePath = (name: string): string => named(QUEUES, name);
export const policyPath = (name: string): string => named(POLICIES, name);
export const profilePath = (name: string): string => named(PROFILES, name);
export const groupPath = (name: string): string => named(GROUPS, name);
export const classifierPath = (name: string): string => named(CLASSIFIERS, name);
export const bufferPath = (name: string): string => named(BUFFERS, name);

export const portPath = (name: string): string =>
  entry(`${QOS}/interfaces`, 'interface', { 'interface-id': name });

export const outputQueuePath = (port: string, queue: string): string =>
  entry(`${portPath(port)}/output/queues`, 'queue', { name: queue });

export const bufferQueuePath = (profile: string, queue: string): string =>
  entry(`${bufferPath(profile)}/queues`, 'queue', { name: queue });
