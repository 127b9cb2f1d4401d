import type { QueueState } from '../kernel/queues';
import { entry } from '../routes/paths';
import type { LeafGroup } from '../state/leaves';
import type { QueueDepths } from '../state/queue-depths';
import { outputQueuePath } from './paths';
import { classId, minorOf } from './tree';
import type { QosConfig } from './wanted';

/**
 * State leaves of the queues: under their OpenConfig names where the agent made the tree, else
 * under the kernel's (`root`, or the class that a discipline serves).
 */
export function queueGroups(
  queues: readonly QueueState[],
  config: QosConfig,
  owned: ReadonlySet<string>,
  depths: QueueDepths,
): readonly LeafGroup[] {
  return queues.flatMap((queue) => {
    if (!owned.has(queue.dev)) {
      const port = entry('/qos/interfaces', 'interface', { 'interface-id': queue.dev });
      const at = entry(`${port}/output/queues`, 'queue', { name: queue.name });
      return [groupOf(at, queue, queue.name, null, depths)];
    }
    // The root of a tree holds no packet: its queues tell all that it could.
    const wanted = config
      .get(queue.dev)
      ?.queues.find((item) => classId(minorOf(item.id)) === queue.name);
    if (queue.root || wanted === undefined) return [];
    const at = outputQueuePath(queue.dev, wanted.name);
    return [groupOf(at, queue, wanted.name, wanted.profile, depths)];
  });
}

function groupOf(
  path: string,
  queue: QueueState,
  name: string,
  profile: string | null,
  depths: QueueDepths,
): LeafGroup {
  const depth = depths.of(queue);
  const leaves = {
    'state/name': name,
    'state/queue-management-profile': profile,
    'state/transmit-octets': queue.octets,
    'state/transmit-pkts': queue.packets,
    'state/dropped-pkts': queue.drops,
    'state/ecn-marked-pkts': queue.marks,
    'state/avg-queue-len': BigInt(Math.round(depth.meanBytes)),
    'state/max-queue-len': BigInt(depth.peakBytes),
  };
  return { path, leaves: Object.keys(leaves), values: Object.values(leaves) };
}
