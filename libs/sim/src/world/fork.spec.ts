import fc from 'fast-check';
import { leafSpine } from '../topology/leaf-spine';
import type { JobSpec } from '../jobs/job';
import { World } from './world';

const spec = leafSpine({
  leaves: 3,
  spines: 2,
  hostPortsPerLeaf: 4,
  linkCapacityBps: 40e9,
  hostCapacityBps: 25e9,
  sharedBufferBytes: 4e6,
});
const hosts = spec.endpoints.map(({ name }) => name);

const common = { class: 'batch', control: 'cubic', minRtoMs: 20, hostLimitBps: null } as const;

const JOBS: readonly JobSpec[] = [
  {
    ...common,
    kind: 'training',
    name: 'train',
    class: 'training',
    control: 'dcqcn',
    workers: hosts.slice(0, 6),
    steps: [{ computeMs: 12, collective: { algorithm: 'ring-allreduce', bytes: 40e6 } }],
    connections: 1,
    computeJitter: 0.1,
    stragglers: null,
    iterations: null,
  },
  {
    ...common,
    kind: 'inference',
    name: 'chat',
    class: 'real-time-inference',
    clients: hosts.slice(6, 8),
    servers: hosts.slice(8, 10),
    requestsPerSecond: 300,
    profile: null,
    requestBytes: 4e3,
    responseBytes: 2e5,
    serviceMs: { median: 3, sigma: 0.4 },
    roundTrips: 2,
    microBurst: null,
    connections: 4,
  },
  {
    ...common,
    kind: 'bulk',
    name: 'copy',
    sources: hosts.slice(0, 3),
    destinations: hosts.slice(9),
    streams: 3,
    rateLimitBps: null,
    totalBytes: 2e9,
  },
  {
    ...common,
    kind: 'transfers',
    name: 'etl',
    sources: hosts.slice(2, 7),
    destinations: hosts.slice(5),
    transfersPerSecond: 80,
    meanBytes: 5e6,
    shape: 1.4,
  },
];

/** One thing that somebody does to a world from outside. */
type Input =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'start' | 'stop'; readonly job: number }
  | { readonly kind: 'scale'; readonly job: number; readonly scale: number }
  | { readonly kind: 'link'; readonly link: number; readonly ratio: number; readonly up: boolean }
  | { readonly kind: 'lossless'; readonly device: number };

const input: fc.Arbitrary<Input> = fc.oneof(
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ kind: fc.constantFrom('start' as const, 'stop' as const), job: fc.nat(3) }),
  fc.record({
    kind: fc.constant('scale' as const),
    job: fc.nat(3),
    scale: fc.constantFrom(0.5, 1, 2),
  }),
  fc.record({
    kind: fc.constant('link' as const),
    link: fc.nat(5),
    ratio: fc.constantFrom(1, 0.5),
    up: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('lossless' as const), device: fc.nat(4) }),
);

function give(world: World, inputs: readonly Input[]): void {
  for (const one of inputs) {
    switch (one.kind) {
      case 'wait':
        world.advanceTo(world.nowMs + one.ms);
        break;
      case 'start':
        world.startJob(JOBS[one.job] as JobSpec);
        break;
      case 'stop':
        world.stopJob((JOBS[one.job] as JobSpec).name);
        break;
      case 'scale':
        world.scaleJob((JOBS[one.job] as JobSpec).name, one.scale);
        break;
      case 'link': {
        const { a, b } = spec.links[one.link] ?? { a: '', b: '' };
        world.setLinkFault(`${a}--${b}`, { up: one.up, capacityRatio: one.ratio });
        break;
      }
      case 'lossless':
        makeLossless(world, spec.switches[one.device]?.name ?? '');
    }
  }
}

function makeLossless(world: World, device: string): void {
  const settings = world.settings(device);
  const queues = new Map(
    [...settings.queues].map(([port, all]) => [
      port,
      new Map([...all].map(([name, setting]) => [name, { ...setting, lossless: true }])),
    ]),
  );
  world.configure(device, { ...settings, queues });
}

/** Everything that can be seen of a world from outside. */
const seen = (world: World): unknown => ({
  nowMs: world.nowMs,
  digest: world.digest(),
  truth: world.truth(),
  totals: [...world.totals()],
  counters: spec.switches.map(({ name }) => {
    const { interfaces, prefixes } = world.counters(name);
    return [[...interfaces], [...prefixes]];
  }),
  observations: world.takeObservations(),
});

const inputs = (most: number): fc.Arbitrary<Input[]> =>
  fc.array(input, { minLength: 3, maxLength: most });

describe('a world', () => {
  it('does the same again from the same seed and inputs', () => {
    fc.assert(
      fc.property(fc.nat(1000), inputs(12), (seed, all) => {
        const [one, other] = [new World(spec, seed), new World(spec, seed)];
        give(one, all);
        give(other, all);
        expect(seen(one)).toEqual(seen(other));
      }),
      { numRuns: 25 },
    );
  });

  it('goes on identically in a fork, and untouched by it', () => {
    fc.assert(
      fc.property(fc.nat(1000), inputs(10), inputs(8), inputs(8), (seed, past, next, other) => {
        const world = new World(spec, seed);
        give(world, past);
        const twin = world.fork();
        const away = world.fork();
        give(away, [...other, { kind: 'wait', ms: 50 }]);
        give(world, [...next, { kind: 'wait', ms: 50 }]);
        give(twin, [...next, { kind: 'wait', ms: 50 }]);
        expect(seen(twin)).toEqual(seen(world));
      }),
      { numRuns: 60 },
    );
  });

  it('tells different timelines apart', () => {
    const [one, other] = [new World(spec, 1), new World(spec, 1)];
    give(one, [
      { kind: 'start', job: 0 },
      { kind: 'wait', ms: 200 },
    ]);
    give(other, [
      { kind: 'start', job: 0 },
      { kind: 'wait', ms: 100 },
      { kind: 'scale', job: 0, scale: 0.99 },
      { kind: 'wait', ms: 100 },
    ]);
    expect(one.digest()).not.toBe(other.digest());
  });
});
