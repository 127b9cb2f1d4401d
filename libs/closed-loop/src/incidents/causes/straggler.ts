import type { Draft } from '../draft';
import type { Draw } from '../draw';
import { drawFabric, marking, topologyOf } from '../fabric';
import { drawJob } from '../job';
import { becomes } from '../service';

/** An accelerator throttles: all wait for it, and links are emptier than before. */
export function straggler(draw: Draw, onsetMs: number): Draft {
  const fabric = drawFabric(draw);
  const job = drawJob(draw, fabric);
  const slowdown = draw.scale(1.6, 5);
  const slow = `h${draw.whole(1, 3)}-${draw.whole(1, 2)}`;
  return {
    topology: topologyOf(fabric),
    settings: marking(fabric),
    workloads: [
      job.workload,
      {
        ...job.workload,
        name: 'llm-throttled',
        started: false,
        stragglers: { workers: [slow], slowdown },
      },
    ],
    events: becomes(onsetMs, 'llm', 'llm-throttled', 'an accelerator throttles'),
    intents: [job.intent],
    sufferer: job.sufferer,
    story: `${slow} takes ${slowdown.toFixed(1)} times as long`,
  };
}
