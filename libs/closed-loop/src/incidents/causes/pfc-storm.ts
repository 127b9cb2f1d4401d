import type { Draft } from '../draft';
import type { Draw } from '../draw';
import { drawFabric, topologyOf } from '../fabric';
import { drawJob } from '../job';

/** A gather into one host of a lossless class that nobody marks in. */
export function pfcStorm(draw: Draw, onsetMs: number): Draft {
  const fabric = drawFabric(draw);
  const job = drawJob(draw, fabric, { control: 'dcqcn', leaves: Math.min(4, fabric.leaves) });
  const streams = draw.whole(8, 24);
  return {
    topology: topologyOf(fabric),
    settings: [
      { device: '*', queue: { name: 'train', lossless: true, scalingFactor: draw.whole(-1, 1) } },
    ],
    workloads: [
      job.workload,
      {
        name: 'gather',
        kind: 'bulk',
        class: 'training',
        started: false,
        control: 'dcqcn',
        minRtoMs: 4,
        sources: { leaf: `leaf2-${fabric.leaves}`, perLeaf: 4, skip: 4 },
        destinations: { leaf: 'leaf1', perLeaf: 1, skip: 4 },
        streams,
      },
    ],
    events: [{ atMs: onsetMs, note: 'a gather to one host', startWorkload: { name: 'gather' } }],
    intents: [job.intent],
    sufferer: job.sufferer,
    story: `${streams} lossless streams into one host`,
  };
}
