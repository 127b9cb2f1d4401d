import type { Draft, QueueInput } from '../draft';
import type { Draw } from '../draw';
import { drawFabric, hostsBps, topologyOf, uplinkBps } from '../fabric';
import { drawService } from '../service';
import { others } from './congestion';

/** Storage has most of the weight, which nobody noticed before it had something to send. */
export function starvedQueue(draw: Draw, onsetMs: number): Draft {
  let fabric = drawFabric(draw);
  while (hostsBps(fabric) < 1.3 * uplinkBps(fabric)) fabric = drawFabric(draw);
  const weight = draw.whole(7, 30);
  const queues: QueueInput[] = [
    { name: 'inference', weight: 1, classes: ['real-time-inference', 'interactive'] },
    {
      name: 'storage',
      weight,
      classes: ['storage', 'batch', 'training', 'management', 'best-effort'],
    },
  ];
  const hosts = draw.whole(4, 6);
  // More than its weight is worth, and far less than the links carry.
  const fair = 1 / (1 + weight);
  const service = drawService(draw, fabric, {
    clients: hosts,
    servers: hosts,
    load: fair * draw.between(1.3, 3),
  });
  const settings = queues.map(({ name, weight: share }) => ({
    device: '*',
    queue: { name, scheduling: { weight: share ?? 1 } },
  }));
  return {
    topology: topologyOf(fabric),
    queues,
    settings,
    workloads: [
      service.workload,
      {
        name: 'checkpoint',
        kind: 'bulk',
        class: draw.pick(['storage', 'batch']),
        started: false,
        sources: { leaf: `leaf${service.servers}` },
        destinations: { leaf: others(fabric, service.servers), perLeaf: 4, skip: 4 },
        streams: draw.whole(64, 200),
      },
    ],
    events: [{ atMs: onsetMs, note: 'a checkpoint', startWorkload: { name: 'checkpoint' } }],
    intents: [service.intent],
    sufferer: service.sufferer,
    story: `1 part of ${weight + 1} of uplinks that storage fills`,
  };
}
