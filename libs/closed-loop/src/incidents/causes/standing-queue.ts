import type { Draft } from '../draft';
import type { Draw } from '../draw';
import { topologyOf, type Fabric } from '../fabric';
import { drawService } from '../service';

/** DCTCP readers without marking before host ports that requests share with them. */
export function standingQueue(draw: Draw, onsetMs: number): Draft {
  const hostBps = draw.pick([1e9, 2.5e9, 10e9]);
  const fabric: Fabric = {
    leaves: draw.whole(4, 6),
    spines: draw.whole(2, 4),
    hostsPerLeaf: draw.whole(4, 8),
    linkBps: hostBps * draw.pick([4, 10]),
    hostBps,
    bufferBytes: Math.round(draw.between(12e6, 32e6)),
  };
  const clients = draw.whole(2, 3);
  const service = drawService(draw, fabric, {
    class: 'interactive',
    clients,
    leaves: [1, 2],
    load: draw.between(0.03, 0.12),
  });
  const streams = clients * draw.whole(1, 8);
  return {
    topology: topologyOf(fabric),
    settings: [],
    workloads: [
      service.workload,
      {
        name: 'reads',
        kind: 'bulk',
        class: draw.pick(['storage', 'batch']),
        started: false,
        control: draw.pick(['dctcp', 'dctcp', 'dcqcn']),
        sources: { leaf: 'leaf3', perLeaf: clients },
        destinations: { leaf: 'leaf1', perLeaf: clients },
        streams,
      },
    ],
    events: [{ atMs: onsetMs, note: 'the reads begin', startWorkload: { name: 'reads' } }],
    intents: [service.intent],
    sufferer: service.sufferer,
    story: `${streams} readers without marks before ${clients} ports of ${hostBps / 1e9} Gb/s`,
  };
}
