import type { Draft } from '../draft';
import type { Draw } from '../draw';
import { drawFabric, hostsBps, topologyOf, uplinkBps } from '../fabric';
import { drawService } from '../service';
import { others, percent } from './congestion';

/** An uplink of a busy rack goes down: the underlay moves its flows to links without room. */
export function linkFailure(draw: Draw, onsetMs: number): Draft {
  let fabric = drawFabric(draw);
  while (hostsBps(fabric) < uplinkBps(fabric)) fabric = drawFabric(draw);
  const service = drawService(draw, fabric, { class: 'interactive' });
  const { spines } = fabric;
  const after = draw.between(0.97, 1.2);
  const load = Math.min(0.8, (after * (spines - 1)) / spines);
  const spine = draw.whole(1, spines);
  const link = `leaf${service.servers}--spine${spine}`;
  const streams = draw.whole(60, 240);
  return {
    topology: topologyOf(fabric),
    settings: [],
    workloads: [
      service.workload,
      {
        name: 'replication',
        kind: 'bulk',
        sources: { leaf: `leaf${service.servers}`, skip: 2 },
        destinations: { leaf: others(fabric, service.servers), perLeaf: 4, skip: 4 },
        streams,
        rateLimitBps: load * uplinkBps(fabric),
      },
    ],
    events: [{ atMs: onsetMs, note: 'a cable is cut', linkFault: { link, up: false } }],
    intents: [service.intent],
    sufferer: service.sufferer,
    story: `${link} goes down at a load of ${percent(load)}`,
  };
}
