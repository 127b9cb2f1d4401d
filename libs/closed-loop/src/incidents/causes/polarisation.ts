import type { Draft } from '../draft';
import type { Draw } from '../draw';
import { drawFabric, hostsBps, topologyOf, uplinkBps } from '../fabric';
import { drawService, latencyIntent } from '../service';
import { percent } from './congestion';

/** Leaves and spines hash with one seed: each spine uses one of its superspine links. */
export function polarisationTwoTiers(draw: Draw, onsetMs: number): Draft {
  const spines = draw.whole(2, 4);
  const each = draw.whole(3, 4);
  const leaves = draw.whole(2, 4);
  const linkBps = draw.pick([25e9, 40e9, 100e9]);
  const hostBps = Math.min(linkBps, 25e9);
  const hostsPerLeaf = 8;
  const sources = hostsPerLeaf - 2;
  const across = Math.min(spines * each * linkBps, leaves * spines * linkBps);
  // So much that the fullest superspine link has 1.1 to 1.9 times what it carries.
  const load = Math.min(0.75, draw.between(1.1, 1.9) / (mostOfOneLink(spines, each) * each));
  const rateLimitBps = Math.min(load * across, 0.9 * leaves * sources * hostBps);
  const serviceMs = { median: draw.scale(5, 12), sigma: 0.2 };
  const usualMs = serviceMs.median * 1.39 + 1;
  return {
    topology: {
      hashing: 'shared',
      clos: {
        pods: 2,
        leavesPerPod: leaves,
        spinesPerPod: spines,
        superspines: spines * each,
        hostsPerLeaf,
        linkCapacity: linkBps,
        hostCapacity: hostBps,
        sharedBuffer: Math.round(draw.between(16e6, 42e6)),
      },
    },
    settings: [],
    workloads: [
      {
        name: 'feed',
        kind: 'inference',
        class: 'interactive',
        clients: { leaf: `leaf1-${leaves}`, perLeaf: 1 },
        servers: { leaf: `leaf${leaves + 1}-${2 * leaves}`, perLeaf: 1 },
        requestsPerSecond: draw.whole(300, 1200),
        responseBytes: Math.round(draw.scale(32e3, 128e3)),
        serviceMs,
      },
      {
        name: 'replication',
        kind: 'bulk',
        class: draw.pick(['storage', 'batch']),
        started: false,
        sources: { leaf: `leaf1-${leaves}`, perLeaf: sources, skip: 2 },
        destinations: { leaf: `leaf${leaves + 1}-${2 * leaves}`, perLeaf: sources, skip: 2 },
        streams: draw.whole(150, 400),
        rateLimitBps,
      },
    ],
    events: [{ atMs: onsetMs, note: 'storage replicates', startWorkload: { name: 'replication' } }],
    intents: [
      latencyIntent(
        'feed',
        'interactive',
        0.95,
        Number((usualMs * draw.between(1.4, 2)).toFixed(1)),
      ),
    ],
    sufferer: {
      workload: 'feed',
      intent: 'LatencyObjective/feed',
      metric: 'request-latency',
      quantile: 0.95,
    },
    story: `${percent(rateLimitBps / across)} of what ${each} superspine links of each of ${spines} spines carry`,
  };
}

/**
 * What one of the links of a spine gets when both tiers divide the same hash evenly: the part of
 * the spine's range that falls into the range of one link.
 */
function mostOfOneLink(spines: number, links: number): number {
  let most = 0;
  for (let spine = 0; spine < spines; spine++)
    for (let link = 0; link < links; link++) {
      const from = Math.max(spine / spines, link / links);
      const to = Math.min((spine + 1) / spines, (link + 1) / links);
      most = Math.max(most, (to - from) * spines);
    }
  return most;
}

/** Hashes with too few values leave half of the uplinks of every leaf empty. */
export function polarisationOneTier(draw: Draw, onsetMs: number): Draft {
  let fabric = drawFabric(draw, { spines: 3 });
  while (hostsBps(fabric) < uplinkBps(fabric)) fabric = drawFabric(draw, { spines: 3 });
  const service = drawService(draw, fabric, { class: 'interactive' });
  const { spines, leaves, hostsPerLeaf, hostBps } = fabric;
  const used = Math.max(1, spines >> 1);
  const wantedBps = Math.min(
    Math.min(0.8, (draw.between(1, 1.6) * used) / spines) * uplinkBps(fabric),
    0.9 * (hostsPerLeaf - 4) * hostBps,
  );
  return {
    topology: { ...topologyOf(fabric), hashing: 'narrow' },
    settings: [],
    workloads: [
      service.workload,
      {
        name: 'replication',
        kind: 'bulk',
        class: draw.pick(['storage', 'batch']),
        started: false,
        sources: { leaf: 'leaf*', skip: 4, placement: 'striped' },
        // One rack further for each, so that racks receive as much as they send.
        destinations: { leaf: afterFirst(leaves), skip: 4, placement: 'striped' },
        streams: leaves * draw.whole(30, 80),
        rateLimitBps: leaves * wantedBps,
      },
    ],
    events: [{ atMs: onsetMs, note: 'storage replicates', startWorkload: { name: 'replication' } }],
    intents: [service.intent],
    sufferer: service.sufferer,
    story: `${percent(wantedBps / uplinkBps(fabric))} of what ${spines} uplinks carry, on ${used} of them`,
  };
}

const afterFirst = (leaves: number): string[] =>
  Array.from({ length: leaves }, (_, i) => `leaf${((i + 1) % leaves) + 1}`);
