import type { Draft, SettingInput } from '../draft';
import type { Draw } from '../draw';
import { drawFabric, marking, topologyOf, type Fabric } from '../fabric';
import { becomes, drawService } from '../service';
import { parameterServer } from '../parameter-server';
import { percent } from './congestion';

/** Many senders into one host port: a job that grew, or answers that all come at once. */
export function incast(draw: Draw, onsetMs: number): Draft {
  const fabric = drawFabric(draw);
  return draw.chance(0.6) ? grownJob(draw, fabric, onsetMs) : answers(draw, fabric, onsetMs);
}

function grownJob(draw: Draw, fabric: Fabric, onsetMs: number): Draft {
  const servers = draw.whole(1, 2);
  const few = draw.whole(3, 6);
  const most = Math.min(fabric.leaves - 1, 7) * 6;
  const many = draw.whole(Math.max(few * 3, 14), Math.max(most, few * 3));
  const bytes = draw.scale(3e6, 16e6);
  const control = draw.pick(['dctcp', 'dctcp', 'cubic'] as const);
  const small = parameterServer(draw, fabric, { name: 'ps', count: few, servers, bytes, control });
  const large = parameterServer(draw, fabric, {
    ...{ name: 'ps-grown', count: many, servers, bytes, control },
    like: small.workload,
  });
  const marked = control === 'dctcp' && draw.chance(0.5);
  return {
    topology: topologyOf(fabric),
    settings: [...usualShare(draw), ...(marked ? marking(fabric) : [])],
    workloads: [small.workload, { ...large.workload, started: false }],
    events: becomes(onsetMs, 'ps', 'ps-grown', 'more workers'),
    intents: [small.intentFor('ps-grown')],
    sufferer: small.sufferer,
    story: `${few} workers become ${many} before ${servers} servers, ${Math.round(bytes / 1e6)} MB each`,
  };
}

/** Queues out of the box may hold up to eight times the free buffer, or as little as a quarter. */
const usualShare = (draw: Draw): SettingInput[] => [
  { device: '*', queue: { name: 'train', scalingFactor: draw.whole(-2, 3) } },
];

function answers(draw: Draw, fabric: Fabric, onsetMs: number): Draft {
  const service = drawService(draw, fabric, {
    clients: 1,
    responseBytes: Math.round(draw.scale(32e3, 128e3)),
    load: draw.between(0.06, 0.12),
  });
  const periodMs = draw.scale(40, 200);
  const onMs = periodMs * draw.between(0.04, 0.1);
  const scale = draw.between(3, 5);
  const { workload } = service;
  const leaf = (workload.clients as { leaf: string }).leaf;
  const from = Array.from({ length: fabric.leaves }, (_, i) => `leaf${i + 1}`).filter(
    (name) => name !== leaf,
  );
  return {
    topology: topologyOf(fabric),
    settings: [],
    workloads: [
      {
        ...workload,
        servers: { leaf: from, perLeaf: draw.whole(3, 6) },
        connections: 4,
        microBurst: { of: 'responses', periodMs, onMs },
      },
    ],
    events: [{ atMs: onsetMs, note: 'more questions', scaleWorkload: { name: 'chat', scale } }],
    intents: [service.intent],
    sufferer: service.sufferer,
    story: `answers of all servers in ${percent(onMs / periodMs)} of ${Math.round(periodMs)} ms, ${scale.toFixed(1)} times as many`,
  };
}
