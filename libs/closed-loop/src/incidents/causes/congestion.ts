import type { Draft } from '../draft';
import type { Draw } from '../draw';
import { drawFabric, hostsBps, topologyOf, uplinkBps, type Fabric } from '../fabric';
import { drawService } from '../service';

/** Too much for links that are used evenly: more requests, or many small flows beside them. */
export function congestion(draw: Draw, onsetMs: number): Draft {
  let fabric = drawFabric(draw);
  // Hosts that cannot fill the uplinks of their leaf cannot congest them.
  while (hostsBps(fabric) < 1.5 * uplinkBps(fabric)) fabric = drawFabric(draw);
  return draw.chance(0.5) ? crowd(draw, fabric, onsetMs) : manyFlows(draw, fabric, onsetMs);
}

function crowd(draw: Draw, fabric: Fabric, onsetMs: number): Draft {
  const hosts = fabric.hostsPerLeaf;
  const load = draw.between(0.3, 0.5);
  const peak = draw.between(0.97, 1.3);
  const service = drawService(draw, fabric, { clients: hosts, servers: hosts, load });
  const scale = peak / load;
  return {
    topology: topologyOf(fabric),
    settings: [],
    workloads: [service.workload],
    events: [{ atMs: onsetMs, note: 'a crowd', scaleWorkload: { name: 'chat', scale } }],
    intents: [service.intent],
    sufferer: service.sufferer,
    story: `requests grow from ${percent(load)} to ${percent(peak)} of a rack's uplinks`,
  };
}

function manyFlows(draw: Draw, fabric: Fabric, onsetMs: number): Draft {
  const service = drawService(draw, fabric, { class: 'interactive' });
  const streams = draw.whole(150, 400);
  const demand = draw.between(1, 1.6);
  return {
    topology: topologyOf(fabric),
    settings: [],
    workloads: [
      service.workload,
      {
        name: 'shuffle',
        kind: 'bulk',
        class: draw.pick(['batch', 'storage', 'best-effort']),
        started: false,
        sources: { leaf: `leaf${service.servers}`, skip: 2 },
        destinations: { leaf: others(fabric, service.servers), perLeaf: 4, skip: 4 },
        streams,
        rateLimitBps: demand * uplinkBps(fabric),
      },
    ],
    events: [{ atMs: onsetMs, note: 'a shuffle', startWorkload: { name: 'shuffle' } }],
    intents: [service.intent],
    sufferer: service.sufferer,
    story: `${streams} flows ask for ${percent(demand)} of a rack's uplinks`,
  };
}

export const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`;

/** All leaves but one. */
export const others = ({ leaves }: Fabric, but: number): string[] =>
  Array.from({ length: leaves }, (_, i) => i + 1)
    .filter((leaf) => leaf !== but)
    .map((leaf) => `leaf${leaf}`);
