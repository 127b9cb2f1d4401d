import type { Draft } from '../draft';
import type { Draw } from '../draw';
import { drawFabric, topologyOf } from '../fabric';
import { becomes, drawService } from '../service';

/** The servers take longer; what the network does is as it was. */
export function slowServers(draw: Draw, onsetMs: number): Draft {
  const fabric = drawFabric(draw);
  const service = drawService(draw, fabric, { load: draw.between(0.03, 0.4) });
  const { workload } = service;
  const slower = draw.scale(2, 6);
  const median = (workload.serviceMs?.median ?? 9) * slower;
  return {
    topology: topologyOf(fabric),
    settings: [],
    workloads: [
      workload,
      {
        ...workload,
        name: 'chat-slow',
        started: false,
        serviceMs: { ...workload.serviceMs, median },
      },
    ],
    events: becomes(onsetMs, 'chat', 'chat-slow', 'a release of the service'),
    intents: [service.intent],
    sufferer: service.sufferer,
    story: `servers take ${slower.toFixed(1)} times as long`,
  };
}
