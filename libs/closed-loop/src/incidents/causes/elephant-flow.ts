import type { Draft } from '../draft';
import type { Draw } from '../draw';
import { drawFabric, topologyOf } from '../fabric';
import { drawService } from '../service';
import { others, percent } from './congestion';

/** Fewer large streams than uplinks, so that some of these stay as they were. */
export function elephantFlow(draw: Draw, onsetMs: number): Draft {
  let fabric = drawFabric(draw, { spines: 3 });
  while (fabric.hostBps < fabric.linkBps) fabric = drawFabric(draw, { spines: 3 });
  const service = drawService(draw, fabric, { class: 'interactive' });
  const streams = draw.whole(1, fabric.spines - 1);
  // As fast as its host and the network let it, or nearly so because of a disk.
  const each = draw.chance(0.7) ? null : draw.between(0.92, 1);
  return {
    topology: topologyOf(fabric),
    settings: [],
    workloads: [
      service.workload,
      {
        name: 'copy',
        kind: 'bulk',
        class: draw.pick(['best-effort', 'storage', 'batch']),
        started: false,
        sources: { leaf: `leaf${service.servers}`, perLeaf: streams, skip: 4 },
        destinations: { leaf: others(fabric, service.servers), perLeaf: 1, skip: 4 },
        streams,
        rateLimitBps: each === null ? null : each * streams * fabric.linkBps,
      },
    ],
    events: [{ atMs: onsetMs, note: 'a large copy', startWorkload: { name: 'copy' } }],
    intents: [service.intent],
    sufferer: service.sufferer,
    story: `${streams} streams on ${fabric.spines} uplinks, ${each === null ? 'as fast as they can' : `each at ${percent(each)} of one`}`,
  };
}
