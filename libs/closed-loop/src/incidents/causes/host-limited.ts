import type { Draft } from '../draft';
import type { Draw } from '../draw';
import { drawFabric, marking, topologyOf } from '../fabric';
import { drawJob } from '../job';
import { becomes } from '../service';
import { percent } from './congestion';

/** After an update, each connection ends at its window; nothing queues, marks or drops. */
export function hostLimited(draw: Draw, onsetMs: number): Draft {
  const fabric = drawFabric(draw);
  const job = drawJob(draw, fabric, { communication: draw.between(0.45, 0.7) });
  const share = draw.between(0.25, 0.6);
  const limitBps = (share * fabric.hostBps) / (job.workload.connections ?? 1);
  return {
    topology: topologyOf(fabric),
    settings: marking(fabric),
    workloads: [
      job.workload,
      { ...job.workload, name: 'llm-limited', started: false, hostLimitBps: Math.round(limitBps) },
    ],
    events: becomes(onsetMs, 'llm', 'llm-limited', 'hosts have a new kernel'),
    intents: [job.intent],
    sufferer: job.sufferer,
    story: `hosts send at ${percent(share)} of their ports`,
  };
}
