import type { BulkSpec, InferenceSpec } from '../jobs/job';
import { leafSpine } from '../topology/leaf-spine';

import type { Scenario, Stage } from './scenario';

const LEAVES_PER_REGION = 3;
const REGIONS = ['pod-a', 'pod-b', 'pod-c', 'pod-d', 'pod-e'];
/** Uplinks are eth1 to eth4, host ports eth5 to eth8. */
const HOST_PORT = ['eth5', 'eth6', 'eth7', 'eth8'] as const;

/** A service that answers in about 9 ms, with 32 kB responses over 8 round trips. */
const service = (over: Partial<InferenceSpec> & Pick<InferenceSpec, 'name'>): InferenceSpec => ({
  kind: 'inference',
  class: 'real-time-inference',
  clients: [],
  servers: [],
  control: 'cubic',
  minRtoMs: 200,
  hostLimitBps: null,
  requestsPerSecond: 400,
  profile: null,
  requestBytes: 2_000,
  responseBytes: 32_000,
  serviceMs: { median: 9, sigma: 0.2 },
  roundTrips: 8,
  microBurst: null,
  connections: 16,
  ...over,
});

/** 32 parallel streams of a checkpoint whose sender marks them as real time, by mistake. */
const misMarkedCheckpoint = (name: string, leaf: number, storage: number): BulkSpec => ({
  kind: 'bulk',
  name,
  class: 'storage',
  queue: 'rt',
  control: 'cubic',
  minRtoMs: 200,
  hostLimitBps: null,
  sources: [`h${leaf}-3`, `h${leaf}-4`],
  destinations: [`h${storage}-1`, `h${storage}-2`],
  streams: 32,
  rateLimitBps: 30e9,
  totalBytes: null,
});

/** Nearly everything to storage goes over the first spine, as somebody once set it. */
const pinnedToFirstSpine = (leaf: number, storage: number) =>
  [1, 2].map((host) => ({
    kind: 'route' as const,
    device: `leaf${leaf}`,
    prefix: `10.${storage}.${host}.0/24`,
    weights: { eth1: 61, eth2: 1, eth3: 1, eth4: 1 },
  }));

/** Servers on the first leaf, clients on the second, storage on the third. */
function elephant(
  name: string,
  title: string,
  story: string,
  region: string,
  first: number,
  workload: string,
): Scenario {
  const servers = [`h${first}-1`, `h${first}-2`];
  const clients = [`h${first + 1}-1`];
  return {
    name,
    title,
    story,
    region,
    leaves: [first, first + 1, first + 2].map((leaf) => `leaf${leaf}`),
    objective: {
      workload,
      class: 'real-time-inference',
      thresholdMs: 20,
      sources: clients,
      destinations: servers,
    },
    settings: pinnedToFirstSpine(first, first + 2),
    faults: [],
    baseline: [service({ name: workload, clients, servers })],
    incident: [misMarkedCheckpoint(`checkpoint-${region}`, first, first + 2)],
  };
}

const reroute = elephant(
  'reroute',
  'A checkpoint fills the uplink that the chat service answers over',
  'A checkpoint writer marks its packets as real time and is pinned to the first spine. ' +
    'A quarter of the answers of `chat` waits in the same queue.',
  'pod-a',
  1,
  'chat',
);

const burst = { of: 'responses', periodMs: 4, onMs: 2.6 } as const;
const search = service({
  name: 'search',
  clients: ['h4-1'],
  servers: ['h5-1', 'h5-2', 'h5-3', 'h6-1', 'h6-2', 'h6-3'],
  requestsPerSecond: 4_360,
  responseBytes: 512_000,
});

const buffer: Scenario = {
  name: 'buffer',
  title: 'The answers of a scatter-gather come all at once into a queue that is too small',
  story:
    'A new release of `search` asks its six shards at the same instant. Their answers overflow ' +
    'the real-time queue of the gateway port, whose share of the buffer is 1/128 of what is free.',
  region: 'pod-b',
  leaves: ['leaf4', 'leaf5', 'leaf6'],
  objective: {
    workload: 'search',
    class: 'real-time-inference',
    thresholdMs: 25,
    sources: ['h4-1'],
    destinations: search.servers,
  },
  settings: HOST_PORT.map((port) => ({
    kind: 'scaling-factor',
    device: 'leaf4',
    interface: port,
    queue: 'rt',
    scalingFactor: -7,
  })),
  faults: [],
  baseline: [search],
  incident: [{ ...search, microBurst: burst }],
};

const vision = service({
  name: 'vision',
  clients: ['h8-3', 'h8-4', 'h9-3', 'h9-4'],
  servers: ['h7-1', 'h7-2'],
  requestBytes: 270_000,
  responseBytes: 4_000,
  microBurst: { of: 'requests', periodMs: 10, onMs: 0.1 },
});

const ecn: Scenario = {
  name: 'ecn',
  title: 'A training job without marking takes the shared buffer from the vision service',
  story:
    'Workers push gradients to two parameter servers on the hosts of `vision`. Nobody marks, so ' +
    'the training queues grow until they drop; the short bursts of camera frames find no buffer.',
  region: 'pod-c',
  leaves: ['leaf7', 'leaf8', 'leaf9'],
  objective: {
    workload: 'vision',
    class: 'real-time-inference',
    thresholdMs: 25,
    sources: vision.clients,
    destinations: vision.servers,
  },
  settings: HOST_PORT.map((port) => ({
    kind: 'scaling-factor',
    device: 'leaf7',
    interface: port,
    queue: 'rt',
    scalingFactor: -2,
  })),
  faults: [],
  baseline: [vision],
  incident: [
    {
      kind: 'training',
      name: 'recommender-training',
      class: 'training',
      control: 'dctcp',
      minRtoMs: 10,
      hostLimitBps: null,
      workers: ['h8-1', 'h8-2', 'h9-1', 'h9-2'],
      steps: [
        {
          computeMs: 4,
          collective: {
            algorithm: 'parameter-server',
            bytes: 31.2e6,
            servers: ['h7-1', 'h7-2'],
          },
        },
      ],
      connections: 64,
      computeJitter: 0,
      stragglers: null,
      iterations: null,
    },
  ],
};

const harmful: Scenario = {
  ...elephant(
    'harmful',
    'The way around a hot link leads over a link that loses packets and does not say so',
    'As in the first story, but the third uplink loses 6 % of what it carries, unseen by any ' +
      'counter of the sender. Little of `translate` took it so far; the reroute sends a third there.',
    'pod-d',
    10,
    'translate',
  ),
  faults: [
    { link: 'leaf10:eth3--spine3:eth10', from: 'leaf10:eth3', fault: { grayLossRatio: 0.06 } },
  ],
  settings: [
    ...pinnedToFirstSpine(10, 12),
    {
      kind: 'route',
      device: 'leaf10',
      prefix: '10.11.1.0/24',
      weights: { eth1: 21, eth2: 21, eth3: 1, eth4: 21 },
    },
  ],
};

const suggest = elephant(
  'suggest',
  'The same as the first story where the operator wants to see plans only',
  'Group pod-e is in suggest mode: the plan is made, shown, and not applied.',
  'pod-e',
  13,
  'assist',
);

/** A service that nothing happens to: what the others are compared with. */
export const CALM_SERVICE = service({
  name: 'embed',
  clients: ['h16-1'],
  servers: ['h16-2', 'h16-3'],
});

/** The fabric of `npm start`: 16 leaves, 4 spines, 25 Gb/s links, 16 MB of buffer a switch. */
export function demoStage(): Stage {
  return {
    spec: leafSpine({
      name: 'demo',
      leaves: 16,
      spines: 4,
      hostPortsPerLeaf: HOST_PORT.length,
      linkCapacityBps: 25e9,
      hostCapacityBps: 25e9,
      sharedBufferBytes: 16e6,
      groupOfLeaf: (leaf) => REGIONS[Math.floor((leaf - 1) / LEAVES_PER_REGION)] ?? 'pod-f',
    }),
    scenarios: [reroute, buffer, ecn, harmful, suggest],
  };
}
