import type {
  AttackSpec,
  BulkSpec,
  Collective,
  InferenceSpec,
  TrainingSpec,
  TransfersSpec,
} from '../job';

const COMMON = { name: 'job', control: 'dctcp', minRtoMs: 200, hostLimitBps: null } as const;

export function training(
  collective: Collective | null,
  more: Partial<TrainingSpec> = {},
): TrainingSpec {
  return {
    ...COMMON,
    kind: 'training',
    class: 'training',
    workers: ['h1-1', 'h2-1', 'h1-2', 'h2-2'],
    steps: [{ computeMs: 10, collective }],
    connections: 1,
    computeJitter: 0,
    stragglers: null,
    iterations: 1,
    ...more,
  };
}

export function inference(more: Partial<InferenceSpec> = {}): InferenceSpec {
  return {
    ...COMMON,
    kind: 'inference',
    class: 'real-time-inference',
    clients: ['h1-1', 'h1-2'],
    servers: ['h2-1', 'h2-2'],
    requestsPerSecond: 200,
    profile: null,
    requestBytes: 1_000,
    responseBytes: 12_500,
    serviceMs: { median: 5, sigma: 0 },
    roundTrips: 2,
    microBurst: null,
    connections: 4,
    ...more,
  };
}

export function bulk(more: Partial<BulkSpec> = {}): BulkSpec {
  return {
    ...COMMON,
    kind: 'bulk',
    class: 'storage',
    sources: ['h1-1'],
    destinations: ['h2-1'],
    streams: 1,
    rateLimitBps: null,
    totalBytes: null,
    ...more,
  };
}

export function transfers(more: Partial<TransfersSpec> = {}): TransfersSpec {
  return {
    ...COMMON,
    kind: 'transfers',
    class: 'batch',
    sources: ['h1-1'],
    destinations: ['h2-1'],
    transfersPerSecond: 50,
    meanBytes: 1e6,
    shape: null,
    ...more,
  };
}

export function attack(more: Partial<AttackSpec> = {}): AttackSpec {
  return {
    ...COMMON,
    kind: 'flood',
    class: 'best-effort',
    control: 'none',
    sources: ['h1-1', 'h1-2'],
    destinations: ['h2-1'],
    bps: 2e9,
    ...more,
  };
}
