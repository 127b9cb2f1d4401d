import type { LeafMap, LeafValue } from '@weir/gnmi';

export interface PortSpec {
  readonly port: string;
  /** Weight by queue name; a queue named in `strict` is served before them, in that order. */
  readonly weights: Readonly<Record<string, number>>;
  readonly strict?: readonly string[];
}

const IDS = ['bulk', 'priority', 'control', 'spare'];

/** Leaves of the queues, one scheduler policy for each port, and its binding. */
export function portLeaves(...specs: readonly PortSpec[]): Map<string, LeafValue> {
  const leaves = new Map<string, LeafValue>();
  for (const [id, name] of IDS.entries()) {
    leaves.set(`/qos/queues/queue[name=${name}]/config/name`, name);
    leaves.set(`/qos/queues/queue[name=${name}]/config/queue-id`, id);
  }
  for (const { port, weights, strict = [] } of specs) {
    const policy = `/qos/scheduler-policies/scheduler-policy[name=${port}]`;
    leaves.set(`${policy}/config/name`, port);
    for (const [order, queue] of strict.entries()) {
      const at = `${policy}/schedulers/scheduler[sequence=${order}]`;
      leaves.set(`${at}/config/sequence`, order);
      leaves.set(`${at}/config/priority`, 'STRICT');
      setInput(leaves, at, queue, 1);
    }
    const at = `${policy}/schedulers/scheduler[sequence=${strict.length}]`;
    if (Object.keys(weights).length > 0) leaves.set(`${at}/config/sequence`, strict.length);
    for (const [queue, weight] of Object.entries(weights)) setInput(leaves, at, queue, weight);
    const bound = `/qos/interfaces/interface[interface-id=${port}]`;
    leaves.set(`${bound}/config/interface-id`, port);
    leaves.set(`${bound}/output/scheduler-policy/config/name`, port);
  }
  return leaves;
}

function setInput(leaves: Map<string, LeafValue>, at: string, queue: string, weight: number): void {
  const input = `${at}/inputs/input[id=${queue}]/config`;
  leaves.set(`${input}/id`, queue);
  leaves.set(`${input}/input-type`, 'QUEUE');
  leaves.set(`${input}/queue`, queue);
  leaves.set(`${input}/weight`, String(weight));
}

/** Leaves of a buffer profile that gives queues these sizes, bound at the port. */
export function limitLeaves(
  port: string,
  bytesByQueue: Readonly<Record<string, number>>,
): Map<string, LeafValue> {
  const name = `b-${port}`;
  const profile = `/qos/buffer-allocation-profiles/buffer-allocation-profile[name=${name}]`;
  const leaves = new Map<string, LeafValue>([
    [`${profile}/config/name`, name],
    [
      `/qos/interfaces/interface[interface-id=${port}]/output/config/buffer-allocation-profile`,
      name,
    ],
  ]);
  for (const [queue, bytes] of Object.entries(bytesByQueue)) {
    leaves.set(`${profile}/queues/queue[name=${queue}]/config/name`, queue);
    leaves.set(`${profile}/queues/queue[name=${queue}]/config/dedicated-buffer`, String(bytes));
  }
  return leaves;
}

/** Leaves of a WRED profile, bound at a queue of the port. */
export function markingLeaves(
  port: string,
  queue: string,
  uniform: Readonly<Record<string, LeafValue>>,
): Map<string, LeafValue> {
  const name = `m-${port}-${queue}`;
  const profile = `/qos/queue-management-profiles/queue-management-profile[name=${name}]`;
  const bound = `/qos/interfaces/interface[interface-id=${port}]/output/queues/queue[name=${queue}]`;
  const leaves = new Map<string, LeafValue>([
    [`${profile}/config/name`, name],
    [`${bound}/config/name`, queue],
    [`${bound}/config/queue-management-profile`, name],
  ]);
  for (const [leaf, value] of Object.entries(uniform))
    leaves.set(`${profile}/wred/uniform/config/${leaf}`, value);
  return leaves;
}

/** Leaves that send DSCPs to queues, bound at an input. */
export function classifierLeaves(
  port: string,
  dscpsByQueue: Readonly<Record<string, readonly (number | string)[]>>,
  type: 'IPV4' | 'IPV6' = 'IPV4',
): Map<string, LeafValue> {
  const name = `c-${type}`;
  const classifier = `/qos/classifiers/classifier[name=${name}]`;
  const bound = `/qos/interfaces/interface[interface-id=${port}]`;
  const leaves = new Map<string, LeafValue>([
    [`${classifier}/config/name`, name],
    [`${bound}/config/interface-id`, port],
    [`${bound}/input/classifiers/classifier[type=${type}]/config/type`, type],
    [`${bound}/input/classifiers/classifier[type=${type}]/config/name`, name],
  ]);
  for (const [queue, dscps] of Object.entries(dscpsByQueue)) {
    const term = `${classifier}/terms/term[id=${queue}]`;
    const group = `/qos/forwarding-groups/forwarding-group[name=to-${queue}]`;
    leaves.set(`${term}/config/id`, queue);
    leaves.set(`${term}/conditions/${type.toLowerCase()}/config/dscp-set`, JSON.stringify(dscps));
    leaves.set(`${term}/actions/config/target-group`, `to-${queue}`);
    leaves.set(`${group}/config/name`, `to-${queue}`);
    leaves.set(`${group}/config/output-queue`, queue);
  }
  return leaves;
}

export const merged = (...parts: readonly LeafMap[]): Map<string, LeafValue> =>
  new Map(parts.flatMap((part) => [...part]));
