import type { Draft } from '../draft';
import type { Draw } from '../draw';
import { drawFabric, hostsBps, topologyOf, uplinkBps } from '../fabric';
import { drawService } from '../service';

/** A job that shuffles for a second or two in every iteration of some seconds. */
export function periodicBursts(draw: Draw, onsetMs: number): Draft {
  let fabric = drawFabric(draw);
  while (hostsBps(fabric) < 1.3 * uplinkBps(fabric)) fabric = drawFabric(draw);
  const service = drawService(draw, fabric, { class: 'interactive' });
  const periodMs = draw.between(2000, 4000);
  const on = draw.between(0.3, 0.55);
  const perLeaf = fabric.hostsPerLeaf - 4;
  const workers = perLeaf * fabric.leaves;
  // Each worker sends to all others; most of it leaves its rack, through the uplinks.
  const leaving = ((fabric.leaves - 1) / fabric.leaves) * perLeaf;
  const bytes = ((on * periodMs) / 8000) * (uplinkBps(fabric) / leaving);
  return {
    topology: topologyOf(fabric),
    settings: [],
    workloads: [
      service.workload,
      {
        name: 'embedding',
        kind: 'training',
        class: draw.pick(['batch', 'storage']),
        control: 'cubic',
        started: false,
        workers: { leaf: ['leaf*'], perLeaf, skip: 4 },
        connections: 1,
        computeJitter: 0.01,
        steps: [
          {
            computeMs: Math.round(periodMs * (1 - on)),
            collective: { algorithm: 'all-to-all', bytes: Math.round(bytes) },
          },
        ],
      },
    ],
    events: [{ atMs: onsetMs, note: 'another job starts', startWorkload: { name: 'embedding' } }],
    intents: [service.intent],
    sufferer: service.sufferer,
    story: `${workers} workers shuffle every ${(periodMs / 1000).toFixed(1)} s`,
  };
}
