import type { Random } from '@weir/core/base';
import type { Scenario } from '../build/scenario';
import type { RunResult } from '../result';
import type { WorkloadInput } from './draft';
import { Draw } from './draw';
import { drawFabric, hostsBps, marking, topologyOf, uplinkBps, type Fabric } from './fabric';
import { drawJob } from './job';
import { scenarioOf } from './scenario-of';
import { drawService } from './service';

const DURATION_MS = 120_000;
const WARMUP_MS = 4_000;

/**
 * An ordinary time: services whose load follows the day, a training job, bursts that their buffers
 * hold, storage in few streams that the hash puts where it likes; nothing of it beyond what the
 * fabric was built for.
 */
export function drawHealthy(random: Random): Scenario {
  const draw = new Draw(random);
  const fabric = drawFabric(draw);
  const seed = draw.random.below(2 ** 31);
  const leaves = draw.some(2, fabric.leaves) as [number, number];
  const chat = drawService(draw, fabric, { leaves, load: draw.between(0.05, 0.3) });
  const web = drawService(draw, fabric, { name: 'web', class: 'interactive', skip: 4 });
  const job = drawJob(draw, fabric, { skip: 4, placement: draw.pick(['packed', 'striped']) });
  const withJob = draw.chance(0.6);
  const burst = draw.chance(0.4) ? burstOf(draw) : {};
  const draft = {
    topology: topologyOf(fabric),
    settings: marking(fabric),
    workloads: [
      { ...chat.workload, profile: dayOf(draw), ...burst },
      { ...web.workload, profile: dayOf(draw) },
      ...(withJob ? [job.workload] : []),
      storageOf(draw, fabric),
    ],
    events: [],
    intents: [chat.intent, web.intent, ...(withJob ? [job.intent] : [])],
    sufferer: chat.sufferer,
    others: [web.sufferer, ...(withJob ? [job.sufferer] : [])],
    story: 'nothing is wrong',
  };
  const times = { onsetMs: null, durationMs: DURATION_MS, warmupMs: WARMUP_MS };
  return scenarioOf('healthy', draft, times, seed);
}

/** A day in two minutes: from a quiet night to the busy hour and back, not smoothly. */
function dayOf(draw: Draw): { atMs: number; scale: number }[] {
  const phase = draw.between(0, 2 * Math.PI);
  return Array.from({ length: 13 }, (_, i) => ({
    atMs: (i * DURATION_MS) / 12,
    scale: Math.max(
      0.2,
      0.65 + 0.35 * Math.sin(phase + (i * Math.PI) / 6) + draw.between(-0.1, 0.1),
    ),
  }));
}

const burstOf = (draw: Draw): Pick<Extract<WorkloadInput, { kind: 'inference' }>, 'microBurst'> => {
  const periodMs = draw.scale(5, 20);
  const onMs = periodMs * draw.between(0.4, 0.7);
  return { microBurst: { of: 'responses', periodMs, onMs } };
};

/** A quarter to a half of a rack's uplinks at most, in so few streams that some links have more. */
function storageOf(draw: Draw, fabric: Fabric): WorkloadInput {
  const [from, to] = draw.some(2, fabric.leaves) as [number, number];
  const carriedBps = Math.min(uplinkBps(fabric), hostsBps(fabric));
  return {
    name: 'storage',
    kind: 'bulk',
    class: draw.pick(['storage', 'batch']),
    sources: { leaf: `leaf${from}` },
    destinations: { leaf: `leaf${to}` },
    streams: draw.whole(24, 96),
    rateLimitBps: draw.between(0.15, 0.45) * carriedBps,
  };
}

/** Whether every measured objective was truly met over the whole of a run. */
export function isHealthy(scenario: Scenario, { measures }: RunResult): boolean {
  const objectives = scenario.intents.flatMap(({ compiled }) => compiled.objectives);
  return measures.every(({ workload, metric, windows }) => {
    const stated = objectives.find(
      (objective) => objective.workloads.includes(workload) && objective.metric === metric,
    );
    return (windows.whole.headline ?? 0) <= (stated?.thresholdMs ?? Infinity);
  });
}
