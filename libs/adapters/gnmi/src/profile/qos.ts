import type { Result } from '@weir/core/base';
import { ok, refuse } from '@weir/core/base';
import type { ConfigImage, LeafDiff, LeafValue, QueueBehaviour } from '@weir/core/model';
import { renderClassification } from './classification';
import { DiffBuilder } from './diff-builder';
import {
  bufferBinding,
  bufferProfile,
  bufferQueue,
  deviceQueue,
  outputQueue,
  qosInterface,
  queueBinding,
  queueProfile,
  schedulerBinding,
  schedulerPolicy,
} from './openconfig-paths';
import { editOwnProfile } from './own-profile';
import { isKnown } from './queues';

export interface PortBehaviour {
  readonly interface: string;
  readonly queues: readonly QueueBehaviour[];
}

/**
 * All queues of a port (openconfig-qos 2.2.0): classifiers and forwarding groups, then profiles that
 * belong to this port alone, then what binds them, so that every reference is good at every step.
 */
export function renderQos(image: ConfigImage, port: PortBehaviour): Result<readonly LeafDiff[]> {
  for (const { queue } of port.queues)
    if (!isKnown(image, port.interface, queue) && !image.has(`${deviceQueue(queue)}/config/name`))
      return refuse(
        'capability-missing',
        outputQueue(port.interface, queue),
        `The device has no queue ${queue}.`,
      );
  const classification = renderClassification(image, port.interface, port.queues);
  if (!classification.ok) return classification;
  return ok([
    ...entries(image, port),
    ...classification.value,
    ...scheduling(image, port),
    ...port.queues.flatMap((queue) => dropping(image, port.interface, queue)),
    ...limits(image, port),
  ]);
}

/** Interface and queues must be there before anything is bound to them. */
function entries(image: ConfigImage, { interface: iface, queues }: PortBehaviour) {
  const builder = new DiffBuilder(image);
  builder.set(`${qosInterface(iface)}/config/interface-id`, iface);
  for (const { queue } of queues) builder.set(`${outputQueue(iface, queue)}/config/name`, queue);
  return builder.diffs;
}

type Leaves = Map<string, LeafValue>;

/** Strict queues in their order, then one scheduler that serves the others by weight. */
function scheduling(image: ConfigImage, { interface: iface, queues }: PortBehaviour) {
  const strict = queues.filter((queue) => queue.strict);
  const weighted = queues.filter((queue) => !queue.strict);
  const change = (leaves: Leaves): void => {
    keepName(leaves);
    for (const [i, queue] of strict.entries()) {
      leaves.set(`schedulers/scheduler[sequence=${i}]/config/sequence`, i);
      leaves.set(`schedulers/scheduler[sequence=${i}]/config/priority`, 'STRICT');
      addInput(leaves, i, queue.queue, 1);
    }
    if (weighted.length === 0) return;
    const last = strict.length;
    leaves.set(`schedulers/scheduler[sequence=${last}]/config/sequence`, last);
    for (const { queue, weight } of weighted) addInput(leaves, last, queue, weight);
  };
  const use = {
    entry: schedulerPolicy,
    isBinding: (path: string) => path.endsWith('/output/scheduler-policy/config/name'),
    binding: schedulerBinding(iface),
    ownName: `weir-${iface}`,
  };
  return editOwnProfile(image, use, change).diffs;
}

function addInput(leaves: Leaves, sequence: number, queue: string, weight: number): void {
  const at = `schedulers/scheduler[sequence=${sequence}]/inputs/input[id=${queue}]/config`;
  leaves.set(`${at}/id`, queue);
  leaves.set(`${at}/input-type`, 'QUEUE');
  leaves.set(`${at}/queue`, queue);
  leaves.set(`${at}/weight`, String(weight));
}

/** Without a drop profile nothing is bound: the queue drops when it is full. */
function dropping(image: ConfigImage, iface: string, behaviour: QueueBehaviour) {
  const binding = queueBinding(iface, behaviour.queue);
  const { drop } = behaviour;
  if (drop === null) {
    const builder = new DiffBuilder(image);
    builder.set(binding, null);
    return builder.diffs;
  }
  const use = {
    entry: queueProfile,
    isBinding: (path: string) => path.endsWith('/queue-management-profile'),
    binding,
    ownName: `weir-${iface}-${behaviour.queue}`,
  };
  return editOwnProfile(image, use, (leaves) => {
    keepName(leaves);
    const at = drop.kind === 'red' ? 'red/uniform/config' : 'wred/uniform/config';
    leaves.set(`${at}/min-threshold-percent`, String(drop.minPercent));
    leaves.set(`${at}/max-threshold-percent`, String(drop.maxPercent));
    leaves.set(`${at}/enable-ecn`, behaviour.ecn);
    leaves.set(`${at}/drop`, true);
    if (drop.kind !== 'red')
      leaves.set(`${at}/max-drop-probability-percent`, drop.probabilityPercent);
  }).diffs;
}

/** What the queue owns becomes its limit; queues that none is given for keep what they have. */
function limits(image: ConfigImage, { interface: iface, queues }: PortBehaviour) {
  const limited = queues.filter(({ limitBytes }) => limitBytes !== null);
  if (limited.length === 0) return [];
  const use = {
    entry: bufferProfile,
    isBinding: (path: string) => path.endsWith('buffer-allocation-profile'),
    binding: bufferBinding(iface),
    ownName: `weir-${iface}`,
  };
  return editOwnProfile(image, use, (leaves) => {
    const name = String(leaves.get('config/name'));
    for (const { queue, limitBytes } of limited) {
      const at = bufferQueue(name, queue).slice(bufferProfile(name).length + 1);
      for (const rest of [...leaves.keys()]) if (rest.startsWith(`${at}/`)) leaves.delete(rest);
      leaves.set(`${at}/name`, queue);
      leaves.set(`${at}/dedicated-buffer`, String(limitBytes));
      leaves.set(`${at}/use-shared-buffer`, false);
    }
  }).diffs;
}

/** Whatever a profile said before, it says something else now. */
function keepName(leaves: Leaves): void {
  for (const rest of [...leaves.keys()]) if (rest !== 'config/name') leaves.delete(rest);
}
