import type { Draft, WorkloadInput } from './draft';
import type { Draw } from './draw';

/** What else lives on most fabrics, whatever goes wrong: storage in many streams, a service. */
export function backgroundOf(draw: Draw, { topology }: Draft): WorkloadInput[] {
  const { leaves, hosts, uplinksBps, hostBps } = sizesOf(topology);
  const [from = 1, to = 2] = draw.some(2, leaves);
  const [here = 1, there = 2] = draw.some(2, leaves);
  const carriedBps = Math.min(uplinksBps, hosts * hostBps);
  const storage: WorkloadInput = {
    name: 'archive',
    kind: 'bulk',
    class: draw.pick(['storage', 'batch', 'management']),
    sources: { leaf: `leaf${from}` },
    destinations: { leaf: `leaf${to}` },
    streams: draw.whole(24, 96),
    rateLimitBps: draw.between(0.03, 0.2) * carriedBps,
  };
  const responseBytes = draw.scale(8e3, 64e3);
  const service: WorkloadInput = {
    name: 'portal',
    kind: 'inference',
    class: draw.pick(['interactive', 'real-time-inference']),
    clients: { leaf: `leaf${here}`, perLeaf: 3 },
    servers: { leaf: `leaf${there}`, perLeaf: 3 },
    requestsPerSecond: Math.max(20, (draw.between(0.005, 0.05) * carriedBps) / 8 / responseBytes),
    responseBytes: Math.round(responseBytes),
  };
  return [...(draw.chance(0.6) ? [storage] : []), ...(draw.chance(0.5) ? [service] : [])];
}

interface Sizes {
  readonly leaves: number;
  /** Of one leaf. */
  readonly hosts: number;
  readonly uplinksBps: number;
  readonly hostBps: number;
}

function sizesOf({ leafSpine, clos }: Draft['topology']): Sizes {
  if (leafSpine !== undefined)
    return {
      leaves: leafSpine.leaves,
      hosts: leafSpine.hostsPerLeaf,
      uplinksBps: leafSpine.spines * Number(leafSpine.linkCapacity),
      hostBps: Number(leafSpine.hostCapacity),
    };
  return {
    leaves: (clos?.pods ?? 1) * (clos?.leavesPerPod ?? 2),
    hosts: clos?.hostsPerLeaf ?? 1,
    uplinksBps: (clos?.spinesPerPod ?? 1) * Number(clos?.linkCapacity),
    hostBps: Number(clos?.hostCapacity),
  };
}
