import fc from 'fast-check';
import type { BulkSpec, JobSpec } from '../jobs/job';
import { leafSpine } from '../topology/leaf-spine';
import { World } from './world';

const spec = leafSpine({
  leaves: 3,
  spines: 2,
  hostPortsPerLeaf: 4,
  linkCapacityBps: 30e9,
  hostCapacityBps: 25e9,
  sharedBufferBytes: 2e6,
});
const hosts = spec.endpoints.map(({ name }) => name);
const common = { class: 'batch', minRtoMs: 20, hostLimitBps: null } as const;

const bulk = (
  name: string,
  from: number[],
  to: number[],
  control: BulkSpec['control'],
): BulkSpec => ({
  ...common,
  kind: 'bulk',
  name,
  control,
  sources: from.map((at) => hosts[at] ?? ''),
  destinations: to.map((at) => hosts[at] ?? ''),
  streams: from.length,
  rateLimitBps: null,
  totalBytes: null,
});

const flood = (bps: number): JobSpec => ({
  ...common,
  kind: 'flood',
  name: 'flood',
  control: 'none',
  sources: hosts.slice(0, 2),
  destinations: hosts.slice(8, 9),
  bps,
});

/** In and out of one switch: what came in left again or was dropped. */
function balance(world: World, device: string) {
  let inOctets = 0;
  let outOctets = 0;
  let droppedOctets = 0;
  for (const port of world.counters(device).interfaces.values()) {
    inOctets += port.inOctets;
    outOctets += port.outOctets;
    for (const queue of port.queues) droppedOctets += queue.droppedOctets;
  }
  return { inOctets, outOctets, droppedOctets };
}

describe('conservation', () => {
  it('lets no byte appear or vanish in a switch', () => {
    const pick = fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 4 });
    const job = fc.record({
      from: pick,
      to: pick,
      control: fc.constantFrom('cubic', 'dctcp', 'none'),
    });
    fc.assert(
      fc.property(
        fc.array(job, { minLength: 1, maxLength: 4 }),
        fc.double({ min: 1e9, max: 80e9, noNaN: true }),
        fc.record({ link: fc.nat(5), lossRatio: fc.constantFrom(0, 0.01, 0.2) }),
        (jobs, floodBps, gray) => {
          const world = new World(spec, 9);
          const { a, b } = spec.links[gray.link] ?? { a: '', b: '' };
          world.setLinkFault(`${a}--${b}`, { grayLossRatio: gray.lossRatio });
          jobs.forEach(({ from, to, control }, index) => {
            const others = to.filter((at) => !from.includes(at));
            if (others.length === 0) return;
            expect(world.startJob(bulk(`copy${index}`, from, others, control)).ok).toBe(true);
          });
          world.advanceTo(300);
          expect(world.startJob(flood(floodBps)).ok).toBe(true);
          world.advanceTo(700);
          world.stopJob('flood');
          world.advanceTo(1000);
          for (const { name } of spec.switches) {
            const { inOctets, outOctets, droppedOctets } = balance(world, name);
            const error = Math.abs(inOctets - outOctets - droppedOctets);
            expect(error).toBeLessThanOrEqual(1e-5 * Math.max(1, inOctets));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('holds for windows that a synchronised start loses', () => {
    const world = new World(spec, 9);
    const push: JobSpec = {
      ...common,
      kind: 'training',
      name: 'push',
      control: 'dctcp',
      workers: hosts.slice(0, 8),
      steps: [
        {
          computeMs: 5,
          collective: { algorithm: 'parameter-server', bytes: 400e3, servers: hosts.slice(8, 10) },
        },
      ],
      connections: 40,
      computeJitter: 0,
      stragglers: null,
      iterations: null,
    };
    expect(world.startJob(push).ok).toBe(true);
    world.advanceTo(2000);
    expect(world.totals().get('push')?.timeouts).toBeGreaterThan(100);
    const { inOctets, outOctets, droppedOctets } = balance(world, 'leaf3');
    expect(droppedOctets).toBeGreaterThan(1e6);
    expect((outOctets + droppedOctets) / inOctets).toBeCloseTo(1, 9);
  });

  it('counts a flood in front of what it overflows, and what is left of it behind', () => {
    const world = new World(spec, 9);
    expect(world.startJob(flood(40e9)).ok).toBe(true);
    world.advanceTo(8000);
    const sent = balance(world, 'leaf1').inOctets;
    expect(sent / 1e9).toBeCloseTo(40, 3);
    const port = world.counters('leaf3').interfaces.get('eth3');
    expect((port?.outOctets ?? 0) / 1e9).toBeCloseTo(25, 3);
    expect((port?.queues[2]?.droppedOctets ?? 0) / 1e9).toBeCloseTo(15, 3);
  });

  it('lets no more of a flood out of a host than its port can send', () => {
    const world = new World(spec, 9);
    expect(world.startJob(flood(200e9)).ok).toBe(true);
    world.advanceTo(8000);
    expect(balance(world, 'leaf1').inOctets / 1e9).toBeCloseTo(50, 3);
    expect(world.counters('leaf3').interfaces.get('eth3')?.outOctets).toBeCloseTo(25e9, -3);
  });

  it('shows loss on a wire as errors only where the fault says so', () => {
    for (const errorsCounted of [true, false]) {
      const world = new World(spec, 9);
      for (const spine of [1, 2]) {
        const link = `leaf1:eth${spine}--spine${spine}:eth1`;
        world.setLinkFault(link, { grayLossRatio: 0.01, errorsCounted }, `leaf1:eth${spine}`);
      }
      expect(world.startJob(bulk('copy', [0], [8], 'dcqcn')).ok).toBe(true);
      world.advanceTo(1000);
      const ports = ['spine1', 'spine2'].map((name) => world.counters(name).interfaces.get('eth1'));
      const errors = ports.reduce((sum, port) => sum + (port?.inErrors ?? 0), 0);
      const packets = ports.reduce((sum, port) => sum + (port?.inPkts ?? 0), 0);
      expect(errors).toBeCloseTo(errorsCounted ? packets / 99 : 0, 6);
    }
  });
});
