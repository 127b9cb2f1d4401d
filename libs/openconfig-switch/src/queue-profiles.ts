import type { LeafValue } from '@weir/gnmi';
import type { EcnSetting, QueueScheduling, SwitchSettings } from '@weir/sim';
import {
  markingProfilePath,
  qosInterfacePath,
  queuePath,
  schedulerInputPath,
  schedulerPath,
  schedulerPolicyPath,
} from './paths';

type Leaves = Map<string, LeafValue>;

/** One WRED profile with ECN for each curve in use, bound to the queues that mark by it. */
export function addMarking(leaves: Leaves, settings: SwitchSettings): void {
  const names = new Map<string, string>();
  for (const [port, queues] of settings.queues) {
    for (const [queue, { ecn }] of queues) {
      if (ecn === null) continue;
      const key = JSON.stringify(ecn);
      let profile = names.get(key);
      if (profile === undefined) {
        profile = `ecn-${names.size + 1}`;
        names.set(key, profile);
        addProfile(leaves, profile, ecn);
      }
      leaves.set(`${queuePath(port, queue)}/config/queue-management-profile`, profile);
    }
  }
}

function addProfile(leaves: Leaves, name: string, ecn: EcnSetting): void {
  leaves.set(`${markingProfilePath(name)}/config/name`, name);
  const path = `${markingProfilePath(name)}/wred/uniform/config`;
  leaves.set(`${path}/min-threshold`, String(Math.round(ecn.minThresholdBytes)));
  leaves.set(`${path}/max-threshold`, String(Math.round(ecn.maxThresholdBytes)));
  leaves.set(`${path}/max-drop-probability-percent`, Math.round(ecn.maxProbability * 100));
  leaves.set(`${path}/enable-ecn`, true);
}

/**
 * One scheduler policy for each kind of port that is not scheduled as the fabric is: strict queues
 * one by one in their order, the others as weighted inputs of one scheduler after them.
 */
export function addScheduling(leaves: Leaves, settings: SwitchSettings): void {
  const names = new Map<string, string>();
  for (const [port, queues] of settings.queues) {
    const scheduled = [...queues].flatMap(([queue, { scheduling }]) =>
      scheduling === undefined ? [] : [[queue, scheduling] as const],
    );
    if (scheduled.length === 0) continue;
    const key = JSON.stringify(scheduled);
    let policy = names.get(key);
    if (policy === undefined) {
      policy = `scheduler-${names.size + 1}`;
      names.set(key, policy);
      addPolicy(leaves, policy, scheduled);
    }
    const binding = `${qosInterfacePath(port)}/output/scheduler-policy/config/name`;
    leaves.set(`${qosInterfacePath(port)}/config/interface-id`, port);
    leaves.set(binding, policy);
  }
}

function addPolicy(
  leaves: Leaves,
  policy: string,
  scheduled: readonly (readonly [queue: string, scheduling: QueueScheduling])[],
): void {
  leaves.set(`${schedulerPolicyPath(policy)}/config/name`, policy);
  const strict = scheduled.filter(([, scheduling]) => scheduling.strict);
  const weighted = scheduled.filter(([, scheduling]) => !scheduling.strict);
  const addScheduler = (sequence: number, priority: string | null): void => {
    const path = `${schedulerPath(policy, sequence)}/config`;
    leaves.set(`${path}/sequence`, sequence);
    if (priority !== null) leaves.set(`${path}/priority`, priority);
  };
  const addInput = (sequence: number, queue: string, weight: number | null): void => {
    const path = `${schedulerInputPath(policy, sequence, queue)}/config`;
    leaves.set(`${path}/id`, queue);
    leaves.set(`${path}/input-type`, 'QUEUE');
    leaves.set(`${path}/queue`, queue);
    if (weight !== null) leaves.set(`${path}/weight`, String(weight));
  };
  strict.forEach(([queue], at) => {
    addScheduler(at + 1, 'STRICT');
    addInput(at + 1, queue, null);
  });
  if (weighted.length === 0) return;
  const last = strict.length + 1;
  addScheduler(last, null);
  for (const [queue, { weight }] of weighted) addInput(last, queue, weight);
}
