import { formatElem } from '@weir/gnmi';

/** One step with keys, escaped: `queue[name=rt]`. */
const entry = (name: string, key: Readonly<Record<string, string>>): string =>
  formatElem({ name, key });

const PROTOCOL =
  '/network-instances/network-instance[name=DEFAULT]' +
  '/protocols/protocol[identifier=STATIC][name=DEFAULT]';
export const STATIC_ROUTES = `${PROTOCOL}/static-routes`;
export const QOS_INTERFACES = '/qos/interfaces';
export const QUEUE_PROFILES = '/qos/queue-management-profiles';
export const BUFFER_PROFILES = '/qos/buffer-allocation-profiles';
export const SCHEDULER_POLICIES = '/qos/scheduler-policies';
export const QUEUES = '/qos/queues';
export const CLASSIFIERS = '/qos/classifiers';
export const FORWARDING_GROUPS = '/qos/forwarding-groups';

export const staticRoute = (prefix: string): string =>
  `${STATIC_ROUTES}/${entry('static', { prefix })}`;

export const nextHop = (prefix: string, index: string): string =>
  `${staticRoute(prefix)}/next-hops/${entry('next-hop', { index })}`;

export const forwardingGroup = (name: string): string =>
  `${FORWARDING_GROUPS}/${entry('forwarding-group', { name })}`;

export const classifier = (name: string): string =>
  `${CLASSIFIERS}/${entry('classifier', { name })}`;

export const classifierTerm = (name: string, id: string): string =>
  `${classifier(name)}/terms/${entry('term', { id })}`;

export const deviceQueue = (name: string): string => `${QUEUES}/${entry('queue', { name })}`;

/** Entry that binds the classifier of a family to what comes in at an interface. */
export const inputClassifier = (iface: string, type: string): string =>
  `${qosInterface(iface)}/input/classifiers/${entry('classifier', { type })}`;

export const qosInterface = (iface: string): string =>
  `${QOS_INTERFACES}/${entry('interface', { 'interface-id': iface })}`;

/** Leaf that binds the buffer-allocation profile of an interface's egress. */
export const bufferBinding = (iface: string): string =>
  `${qosInterface(iface)}/output/config/buffer-allocation-profile`;

export const outputQueue = (iface: string, queue: string): string =>
  `${qosInterface(iface)}/output/queues/${entry('queue', { name: queue })}`;

/** Leaf that binds the queue-management profile of one egress queue. */
export const queueBinding = (iface: string, queue: string): string =>
  `${outputQueue(iface, queue)}/config/queue-management-profile`;

export const queueProfile = (name: string): string =>
  `${QUEUE_PROFILES}/${entry('queue-management-profile', { name })}`;

export const bufferProfile = (name: string): string =>
  `${BUFFER_PROFILES}/${entry('buffer-allocation-profile', { name })}`;

export const bufferQueue = (profile: string, queue: string): string =>
  `${bufferProfile(profile)}/queues/${entry('queue', { name: queue })}/config`;

export const wredUniform = (profile: string): string =>
  `${queueProfile(profile)}/wred/uniform/config`;

/** Leaf that binds the scheduler policy of an interface's egress. */
export const schedulerBinding = (iface: string): string =>
  `${qosInterface(iface)}/output/scheduler-policy/config/name`;

export const schedulerPolicy = (name: string): string =>
  `${SCHEDULER_POLICIES}/${entry('scheduler-policy', { name })}`;
