/** Queues of the switches as leaves of OpenConfig, before the daemon came. */
import { portsOf, QUEUES } from './topology.mjs';

export const SCHEDULER = 'wan';
export const CLASSIFIER = 'dscp';
export const BUFFERS = 'ports';

/**
 * Queues of a switch before the daemon came: one WRR scheduler, packets by DSCP, static limits.
 * `weights` are those of the queues; `limitBytes` is what each may hold.
 */
export function qosLeaves(device, { weights = { priority: 1, bulk: 1 }, limitBytes }) {
  const ports = portsOf(device).map((port) => port.name);
  return [
    ...Object.entries(QUEUES).flatMap(([name, queue]) => queueLeaves(name, queue)),
    ...schedulerLeaves(weights),
    ...Object.keys(QUEUES).flatMap((name) => bufferLeaves(name, limitBytes)),
    ...ports.flatMap(bindingLeaves),
  ];
}

function queueLeaves(name, { id, dscp }) {
  const group = `/qos/forwarding-groups/forwarding-group[name=${name}]/config`;
  const classifier = `/qos/classifiers/classifier[name=${CLASSIFIER}]`;
  return [
    [`/qos/queues/queue[name=${name}]/config/name`, name],
    [`/qos/queues/queue[name=${name}]/config/queue-id`, id],
    [`${group}/name`, name],
    [`${group}/output-queue`, name],
    [`${classifier}/config/name`, CLASSIFIER],
    [`${classifier}/config/type`, 'IPV4'],
    ...dscp.flatMap((value) => {
      const term = `${classifier}/terms/term[id=dscp-${value}]`;
      return [
        [`${term}/config/id`, `dscp-${value}`],
        [`${term}/conditions/ipv4/config/dscp`, value],
        [`${term}/actions/config/target-group`, name],
      ];
    }),
  ];
}

function schedulerLeaves(weights) {
  const policy = `/qos/scheduler-policies/scheduler-policy[name=${SCHEDULER}]`;
  const scheduler = `${policy}/schedulers/scheduler[sequence=1]`;
  return [
    [`${policy}/config/name`, SCHEDULER],
    [`${scheduler}/config/sequence`, 1],
    ...Object.entries(weights).flatMap(([name, weight]) => {
      const input = `${scheduler}/inputs/input[id=${name}]/config`;
      return [
        [`${input}/id`, name],
        [`${input}/input-type`, 'QUEUE'],
        [`${input}/queue`, name],
        [`${input}/weight`, String(weight)],
      ];
    }),
  ];
}

function bufferLeaves(name, limitBytes) {
  const profile = `/qos/buffer-allocation-profiles/buffer-allocation-profile[name=${BUFFERS}]`;
  const queue = `${profile}/queues/queue[name=${name}]/config`;
  return [
    [`${profile}/config/name`, BUFFERS],
    [`${queue}/name`, name],
    [`${queue}/use-shared-buffer`, true],
    [`${queue}/shared-buffer-limit-type`, 'STATIC'],
    [`${queue}/static-shared-buffer-limit`, limitBytes],
  ];
}

function bindingLeaves(port) {
  const at = `/qos/interfaces/interface[interface-id=${port}]`;
  const classifier = `${at}/input/classifiers/classifier[type=IPV4]/config`;
  return [
    [`${at}/config/interface-id`, port],
    [`${at}/output/scheduler-policy/config/name`, SCHEDULER],
    [`${at}/output/config/buffer-allocation-profile`, BUFFERS],
    [`${classifier}/type`, 'IPV4'],
    [`${classifier}/name`, CLASSIFIER],
    ...Object.keys(QUEUES).map((name) => [
      `${at}/output/queues/queue[name=${name}]/config/name`,
      name,
    ]),
  ];
}
