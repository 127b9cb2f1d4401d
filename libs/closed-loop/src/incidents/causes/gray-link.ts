import type { Draft, EventInput, WorkloadInput } from '../draft';
import type { Draw } from '../draw';
import { drawFabric, marking, topologyOf, type Fabric } from '../fabric';
import { drawJob } from '../job';
import { drawService } from '../service';
import { percent } from './congestion';

/** Loses silently: optics, a connector, a line card; one way. */
export const grayLoss = (draw: Draw, onsetMs: number): Draft => lossy(draw, onsetMs, false);

/** Damages frames, which the far end counts. */
export const grayDamage = (draw: Draw, onsetMs: number): Draft => lossy(draw, onsetMs, true);

function lossy(draw: Draw, onsetMs: number, errorsCounted: boolean): Draft {
  const fabric = drawFabric(draw);
  const ratio = draw.scale(errorsCounted ? 0.003 : 0.01, 0.08);
  const event: At = (leaf, up) => {
    const spine = draw.whole(1, fabric.spines);
    const [a, b] = [`leaf${leaf}`, `spine${spine}`];
    const from = up ? a : b;
    return {
      atMs: onsetMs,
      note: 'optics get warm',
      linkFault: { link: `${a}--${b}`, from, grayLossRatio: ratio, errorsCounted },
    };
  };
  const story = `a link loses ${(ratio * 100).toFixed(2)} %${errorsCounted ? ', counted' : ''}`;
  if (draw.chance(0.5)) return { ...underJob(draw, fabric, event), story };
  return { ...underService(draw, fabric, event), story };
}

/** Up: what the leaf sends is lost, else what the spine sends to it. */
type At = (leaf: number, up: boolean) => EventInput;

function underService(draw: Draw, fabric: Fabric, event: At): Omit<Draft, 'story'> {
  const [client, server] = draw.some(2, fabric.leaves) as [number, number];
  const service = drawService(draw, fabric, {
    leaves: [client, server],
    load: draw.between(0.1, 0.3),
    quantile: 0.99,
    responseBytes: Math.round(draw.scale(32e3, 512e3)),
  });
  // Responses are what is worth losing: they leave the servers and reach the clients.
  const up = draw.chance(0.5);
  return {
    topology: topologyOf(fabric),
    settings: [],
    workloads: [service.workload],
    events: [event(up ? server : client, up)],
    intents: [service.intent],
    sufferer: service.sufferer,
  };
}

function underJob(draw: Draw, fabric: Fabric, event: At): Omit<Draft, 'story'> {
  const job = drawJob(draw, fabric, { placement: draw.pick(['packed', 'striped']) });
  const { leaf = '' } = job.workload.workers as { leaf?: string };
  const leaves = Number(leaf.slice(leaf.indexOf('-') + 1));
  return {
    topology: topologyOf(fabric),
    settings: marking(fabric),
    workloads: [job.workload],
    events: [event(draw.whole(1, leaves), draw.chance(0.5))],
    intents: [job.intent],
    sufferer: job.sufferer,
  };
}

/** A link that came back with a part of its lanes, under a load that the whole link carried. */
export function halfSpeed(draw: Draw, onsetMs: number): Draft {
  const fabric = drawFabric(draw, { spines: 3 });
  const [client, server] = draw.some(2, fabric.leaves) as [number, number];
  const service = drawService(draw, fabric, { class: 'interactive', leaves: [client, server] });
  const capacityRatio = draw.pick([0.25, 0.4, 0.5]);
  const load = draw.between(capacityRatio * 1.05, Math.min(0.68, capacityRatio * 1.6));
  const spine = draw.whole(1, fabric.spines);
  const backup: WorkloadInput = {
    name: 'backup',
    kind: 'bulk',
    sources: { leaf: `leaf${server}`, skip: 2 },
    destinations: { leaf: otherLeaf(fabric, client, server), skip: 2 },
    streams: draw.whole(100, 300),
    rateLimitBps: Math.min(
      load * fabric.spines * fabric.linkBps,
      0.9 * (fabric.hostsPerLeaf - 2) * fabric.hostBps,
    ),
  };
  return {
    topology: topologyOf(fabric),
    settings: [],
    workloads: [service.workload, backup],
    events: [
      {
        atMs: onsetMs,
        note: 'a lane is gone',
        linkFault: { link: `leaf${server}--spine${spine}`, capacityRatio },
      },
    ],
    intents: [service.intent],
    sufferer: service.sufferer,
    story: `a link at ${percent(capacityRatio)} of its rate under a load of ${percent(load)}`,
  };
}

const otherLeaf = ({ leaves }: Fabric, a: number, b: number): string =>
  `leaf${Array.from({ length: leaves }, (_, i) => i + 1).find((leaf) => leaf !== a && leaf !== b) ?? 1}`;
