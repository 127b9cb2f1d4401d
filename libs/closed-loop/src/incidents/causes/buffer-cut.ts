import type { Draft } from '../draft';
import type { Draw } from '../draw';
import { drawFabric, topologyOf, type Fabric } from '../fabric';
import { parameterServer } from '../parameter-server';
import { drawService } from '../service';
import { percent } from './congestion';

/** Somebody cuts a queue's share of the buffer, and bursts that fitted overflow. */
export function bufferCut(draw: Draw, onsetMs: number): Draft {
  const fabric = drawFabric(draw);
  return draw.chance(0.5) ? pushes(draw, fabric, onsetMs) : answers(draw, fabric, onsetMs);
}

const cut = (draw: Draw, onsetMs: number, name: string) => {
  const scalingFactor = draw.whole(-8, -5);
  const event = {
    atMs: onsetMs,
    note: 'a profile for another fabric',
    settings: [{ device: 'leaf*', queue: { name, scalingFactor } }],
  };
  return { event, story: `${name} is cut to 2^${scalingFactor}` };
};

function pushes(draw: Draw, fabric: Fabric, onsetMs: number): Draft {
  const job = parameterServer(draw, fabric, {
    name: 'ps',
    count: draw.whole(10, Math.min(24, 6 * (fabric.leaves - 1))),
    servers: draw.whole(1, 2),
    bytes: draw.scale(0.5e6, 4e6),
    control: 'dctcp',
  });
  const { event, story } = cut(draw, onsetMs, 'train');
  return {
    topology: topologyOf(fabric),
    settings: [],
    workloads: [job.workload],
    events: [event],
    intents: [job.intentFor('ps')],
    sufferer: job.sufferer,
    story: `${story}, under a parameter server`,
  };
}

function answers(draw: Draw, fabric: Fabric, onsetMs: number): Draft {
  const service = drawService(draw, fabric, {
    responseBytes: Math.round(draw.scale(32e3, 128e3)),
    load: draw.between(0.05, 0.25),
  });
  const periodMs = draw.scale(5, 40);
  const onMs = periodMs * draw.between(0.1, 0.2);
  const name = service.workload.class === 'interactive' ? 'be' : 'rt';
  const { event, story } = cut(draw, onsetMs, name);
  return {
    topology: topologyOf(fabric),
    settings: [],
    workloads: [{ ...service.workload, microBurst: { of: 'responses', periodMs, onMs } }],
    events: [event],
    intents: [service.intent],
    sufferer: service.sufferer,
    story: `${story}, under answers that come in ${percent(onMs / periodMs)} of the time`,
  };
}
