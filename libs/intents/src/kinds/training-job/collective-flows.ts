import type { EndpointId, Objective } from '@weir/core/model';

type Flow = Objective['flows'][number];

export const COLLECTIVES = [
  'ring-allreduce',
  'tree-allreduce',
  'all-gather',
  'reduce-scatter',
  'all-to-all',
  'parameter-server',
] as const;
export type Collective = (typeof COLLECTIVES)[number];

/** Each member sends to the next one, the last to the first. */
const ring = (members: readonly EndpointId[]): Flow[] =>
  members.map((member, i) => ({
    sources: [member],
    destinations: [members[(i + 1) % members.length] as EndpointId],
  }));

/** Binary tree in member order: reduce towards the root, broadcast back. */
function tree(members: readonly EndpointId[]): Flow[] {
  return members.slice(1).flatMap((child, i) => {
    const parent = members[Math.floor(i / 2)] as EndpointId;
    return [
      { sources: [child], destinations: [parent] },
      { sources: [parent], destinations: [child] },
    ];
  });
}

/**
 * Who sends to whom in a collective. AllGather and ReduceScatter are the two halves of a ring
 * AllReduce and use the same links.
 */
export function collectiveFlows(
  collective: Collective,
  members: readonly EndpointId[],
  servers: readonly EndpointId[],
): readonly Flow[] {
  switch (collective) {
    case 'ring-allreduce':
    case 'all-gather':
    case 'reduce-scatter':
      return ring(members);
    case 'tree-allreduce':
      return tree(members);
    case 'all-to-all':
      // Nobody sends to itself: one flow says it for all, however many they are.
      return [{ sources: members, destinations: members }];
    case 'parameter-server':
      return [
        { sources: members, destinations: servers },
        { sources: servers, destinations: members },
      ];
  }
}
