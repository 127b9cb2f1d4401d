import type { Draft, WorkloadInput } from '../draft';
import type { Draw } from '../draw';
import { drawFabric, hostsBps, marking, topologyOf, uplinkBps, type Fabric } from '../fabric';
import { drawJob } from '../job';
import { drawService } from '../service';
import { percent } from './congestion';

/** A neighbour fills links evenly: beside a job, or a service with an objective of its own. */
export function interference(draw: Draw, onsetMs: number): Draft {
  let fabric = drawFabric(draw);
  while (hostsBps(fabric) < 1.3 * uplinkBps(fabric)) fabric = drawFabric(draw);
  return draw.chance(0.6) ? besideJob(draw, fabric, onsetMs) : besideService(draw, fabric, onsetMs);
}

function besideJob(draw: Draw, fabric: Fabric, onsetMs: number): Draft {
  const job = drawJob(draw, fabric, {
    leaves: 3,
    placement: 'striped',
    communication: draw.between(0.4, 0.65),
  });
  const { control, minRtoMs } = job.workload;
  const streams = draw.whole(120, 300);
  const reads: WorkloadInput = {
    name: 'dataset-reads',
    kind: 'bulk',
    class: 'training',
    started: false,
    ...(control === undefined ? {} : { control }),
    ...(minRtoMs === undefined ? {} : { minRtoMs }),
    sources: { leaf: `leaf4-${fabric.leaves}`, placement: 'striped' },
    destinations: { leaf: `leaf${draw.whole(1, 3)}`, skip: 4 },
    streams,
  };
  return {
    topology: topologyOf(fabric),
    settings: marking(fabric),
    workloads: [job.workload, reads],
    events: [{ atMs: onsetMs, note: 'another job reads', startWorkload: { name: reads.name } }],
    intents: [job.intent],
    sufferer: job.sufferer,
    story: `${streams} readers beside a ring`,
  };
}

function besideService(draw: Draw, fabric: Fabric, onsetMs: number): Draft {
  const leaves = draw.some(2, fabric.leaves) as [number, number];
  const quiet = drawService(draw, fabric, { class: 'interactive', leaves });
  const load = draw.between(0.25, 0.45);
  const peak = draw.between(0.97, 1.25);
  const rival = drawService(draw, fabric, {
    name: 'images',
    class: 'interactive',
    leaves,
    clients: fabric.hostsPerLeaf - 4,
    servers: fabric.hostsPerLeaf - 4,
    skip: 4,
    load,
  });
  return {
    topology: topologyOf(fabric),
    settings: [],
    workloads: [quiet.workload, rival.workload],
    events: [
      {
        atMs: onsetMs,
        note: 'another service grows',
        scaleWorkload: { name: 'images', scale: peak / load },
      },
    ],
    intents: [quiet.intent, rival.intent],
    sufferer: quiet.sufferer,
    story: `a neighbour grows to ${percent(peak)} of the uplinks`,
  };
}
