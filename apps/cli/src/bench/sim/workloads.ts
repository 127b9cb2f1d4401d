import type { JobSpec, TrainingSpec, Collective } from '@weir/sim';

const WORKERS_PER_JOB = 128;
const COMMON = { minRtoMs: 4, hostLimitBps: null, control: 'dcqcn' } as const;

/**
 * What an AI data centre runs at one time: half of the hosts train, a quarter serve inference, the
 * others copy checkpoints and move files. Jobs have hosts all over the fabric.
 */
export function mixOf(hosts: readonly string[]): JobSpec[] {
  const half = hosts.filter((_, index) => index % 2 === 0);
  const serving = hosts.filter((_, index) => index % 4 === 1);
  const storage = hosts.filter((_, index) => index % 4 === 3);
  return [
    ...trainingJobs(half),
    ...services(serving),
    elephants(storage, Math.max(2, Math.round(hosts.length / 16))),
    files(storage, hosts.length / 20),
  ];
}

/** Long flows and nothing else: how the cost of one event grows with what is in the network. */
export function flowsOf(hosts: readonly string[], flows: number): JobSpec[] {
  return [elephants(hosts, flows), files(hosts, 100)];
}

/** Jobs of 128 workers, their collectives in turn. */
function trainingJobs(hosts: readonly string[]): TrainingSpec[] {
  const jobs = Math.max(1, Math.floor(hosts.length / WORKERS_PER_JOB));
  return Array.from({ length: jobs }, (_, job) => {
    // Every n-th host, so that rings cross the spines.
    const members = hosts.filter((_host, index) => index % jobs === job);
    return {
      ...COMMON,
      kind: 'training',
      name: `train-${job + 1}`,
      class: 'training',
      workers: members,
      steps: [{ computeMs: 400, collective: collectiveOf(job, members) }],
      connections: 4,
      computeJitter: 0.02,
      stragglers: null,
      iterations: null,
    };
  });
}

function collectiveOf(job: number, members: readonly string[]): Collective {
  const bytes = 1e9;
  const turns: readonly Collective[] = [
    { algorithm: 'ring-allreduce', bytes },
    { algorithm: 'hierarchical-allreduce', bytes, groupSize: 8 },
    { algorithm: 'tree-allreduce', bytes },
    { algorithm: 'parameter-server', bytes: bytes / 20, servers: members.slice(0, 4) },
    { algorithm: 'all-to-all', bytes: bytes / 4 },
  ];
  return turns[job % turns.length] as Collective;
}

/** Of 24 hosts: 16 ask, 8 answer. */
function services(hosts: readonly string[]): JobSpec[] {
  const count = Math.max(1, Math.floor(hosts.length / 24));
  return Array.from({ length: count }, (_, service) => {
    const members = hosts.filter((_host, index) => index % count === service);
    return {
      ...COMMON,
      kind: 'inference',
      name: `serve-${service + 1}`,
      class: 'real-time-inference',
      control: 'cubic',
      minRtoMs: 200,
      clients: members.slice(0, Math.ceil((members.length * 2) / 3)),
      servers: members.slice(Math.ceil((members.length * 2) / 3)),
      requestsPerSecond: 2_000,
      profile: null,
      requestBytes: 2_000,
      responseBytes: 32_000,
      serviceMs: { median: 15, sigma: 0.3 },
      roundTrips: 3,
      microBurst: null,
      connections: 4,
    };
  });
}

function elephants(hosts: readonly string[], streams: number): JobSpec {
  return {
    ...COMMON,
    kind: 'bulk',
    name: 'checkpoints',
    class: 'storage',
    control: 'cubic',
    sources: hosts.filter((_, index) => index % 2 === 0),
    destinations: hosts.filter((_, index) => index % 2 === 1),
    streams,
    rateLimitBps: null,
    totalBytes: null,
  };
}

function files(hosts: readonly string[], transfersPerSecond: number): JobSpec {
  return {
    ...COMMON,
    kind: 'transfers',
    name: 'files',
    class: 'batch',
    control: 'cubic',
    sources: hosts,
    destinations: hosts,
    transfersPerSecond,
    meanBytes: 50e6,
    shape: 1.5,
  };
}
