import { FluidFabric } from './fabric';
import { leafSpine } from './topology/leaf-spine';
import type { BulkSpec, InferenceSpec, RingAllReduceSpec } from './workloads/workload';

const SMALL = leafSpine({ leaves: 4, spines: 2, hostPortsPerLeaf: 2 });

const bulk = (over: Partial<BulkSpec> = {}): BulkSpec => ({
  kind: 'bulk',
  name: 'checkpoint',
  class: 'storage',
  sources: ['h1-1'],
  destinations: ['h2-1'],
  streams: 4,
  rateLimitBps: null,
  totalBytes: null,
  ecnCapable: false,
  ...over,
});

const inference: InferenceSpec = {
  kind: 'inference',
  name: 'chat',
  class: 'real-time-inference',
  clients: ['h1-1'],
  servers: ['h2-1', 'h2-2'],
  requestsPerSecond: 400,
  requestBytes: 2_000,
  responseBytes: 32_000,
  serviceMs: { median: 9, sigma: 0.25 },
  roundTrips: 8,
  microBurst: null,
  connections: 16,
  minRtoMs: 200,
};

const ring: RingAllReduceSpec = {
  kind: 'ring-allreduce',
  name: 'job',
  class: 'training',
  workers: ['h1-1', 'h2-1', 'h3-1', 'h4-1'],
  bytes: 100e6,
  computeMs: 50,
  ecnCapable: true,
  minRtoMs: 200,
};

function run(fabric: FluidFabric, seconds: number): void {
  for (let i = 0; i < seconds * 10; i++) fabric.step(100);
}

describe('fluid fabric', () => {
  it('gives ring AllReduce its closed form on an idle fabric', () => {
    const fabric = new FluidFabric(SMALL, 3);
    expect(fabric.startWorkload(ring).ok).toBe(true);
    run(fabric, 20);
    const seen = fabric.takeObservations().find((entry) => entry.metric === 'collective-time');
    const histogram = seen?.histogram;
    // 2(n-1)/n x S/C, and 2(n-1) times the latency of one way, which is microseconds.
    const closedFormMs = ((2 * 3) / 4) * ((100e6 * 8) / 25e9) * 1000;
    const meanMs = (histogram?.sumMs ?? NaN) / (histogram?.count ?? NaN);
    expect(meanMs).toBeGreaterThan(closedFormMs);
    expect(meanMs).toBeLessThan(closedFormMs + 6 * 0.1);
  });

  it('loses and invents no octet: in = out + dropped at every switch', () => {
    const fabric = new FluidFabric(SMALL, 5);
    // Two hosts into one: the host port drops; and a burst that overflows its queue.
    fabric.startWorkload(bulk({ sources: ['h1-1', 'h3-1'], destinations: ['h2-1'], streams: 16 }));
    fabric.startWorkload({
      ...inference,
      responseBytes: 1_000_000,
      microBurst: { of: 'responses', periodMs: 10, onMs: 0.5 },
    });
    run(fabric, 5);
    let dropped = 0;
    for (const entry of SMALL.switches) {
      let balance = 0;
      let carried = 0;
      for (const port of fabric.counters(entry.name).interfaces.values()) {
        const drops = port.queues.reduce((sum, queue) => sum + queue.droppedOctets, 0);
        balance += port.inOctets - port.outOctets - drops;
        carried += port.inOctets;
        dropped += drops;
      }
      expect(Math.abs(balance)).toBeLessThanOrEqual(carried * 1e-9);
    }
    expect(dropped).toBeGreaterThan(0);
  });

  it('keeps counters of both ends equal, except on a gray link', () => {
    const fabric = new FluidFabric(SMALL, 5);
    fabric.startWorkload(inference);
    fabric.setLinkFault('leaf1:eth1--spine1:eth1', { grayLossRatio: 0.1 });
    run(fabric, 5);
    const out = fabric.counters('spine1').interfaces.get('eth1');
    const into = fabric.counters('leaf1').interfaces.get('eth1');
    expect((into?.inOctets ?? 0) / (out?.outOctets ?? 1)).toBeCloseTo(0.9, 6);
    expect(out?.outDiscards).toBe(0);
    const clean = fabric.counters('spine2').interfaces.get('eth1');
    const cleanInto = fabric.counters('leaf1').interfaces.get('eth2');
    expect(cleanInto?.inOctets).toBeCloseTo(clean?.outOctets ?? NaN, 3);
  });

  it('moves traffic with the weights of the static route', () => {
    const fabric = new FluidFabric(SMALL, 5);
    fabric.startWorkload(inference);
    const settings = fabric.settings('leaf2');
    const routes = new Map(settings.routes);
    routes.set('10.1.1.0/24', [
      { interface: 'eth1', weight: 16 },
      { interface: 'eth2', weight: 48 },
    ]);
    fabric.configure('leaf2', { ...settings, routes });
    run(fabric, 2);
    const ports = fabric.counters('leaf2').interfaces;
    const ratio = (ports.get('eth2')?.outOctets ?? 0) / (ports.get('eth1')?.outOctets ?? 1);
    expect(ratio).toBeCloseTo(3, 6);
    expect(fabric.counters('leaf2').prefixes.get('10.1.1.0/24')).toBeGreaterThan(0);
  });

  it('reroutes around a link that is down and stalls without any route', () => {
    const fabric = new FluidFabric(SMALL, 5);
    fabric.startWorkload(inference);
    fabric.setLinkFault('leaf1:eth1--spine1:eth1', { up: false });
    run(fabric, 2);
    expect(fabric.counters('leaf1').interfaces.get('eth1')?.outOctets).toBe(0);
    expect(fabric.takeObservations()[0]?.histogram.quantileMs(0.5)).toBeLessThan(20);
    fabric.setLinkFault('leaf1:eth2--spine2:eth1', { up: false });
    run(fabric, 2);
    expect(fabric.takeObservations()[0]?.errors).toBeGreaterThan(0);
  });

  it('holds the queue at the marking threshold with ECN and at the limit without', () => {
    const depth = (ecn: boolean): number => {
      const fabric = new FluidFabric(SMALL, 5);
      const sources = ['h1-1', 'h3-1', 'h4-1'];
      fabric.startWorkload(bulk({ sources, streams: 24, ecnCapable: true, class: 'training' }));
      if (ecn) {
        const settings = fabric.settings('leaf2');
        const queues = new Map(settings.queues);
        const port = new Map(queues.get('eth3'));
        port.set('train', {
          dedicatedBytes: 0,
          limit: { kind: 'dynamic', scalingFactor: 3 },
          ecn: { minThresholdBytes: 1e5, maxThresholdBytes: 4e5, maxProbability: 0.2 },
        });
        queues.set('eth3', port);
        fabric.configure('leaf2', { ...settings, queues });
      }
      run(fabric, 3);
      const counters = fabric.counters('leaf2').interfaces.get('eth3')?.queues[1];
      expect((counters?.ecnMarkedPkts ?? 0) > 0).toBe(ecn);
      expect((counters?.droppedPkts ?? 0) > 0).toBe(!ecn);
      return counters?.avgQueueLenBytes ?? NaN;
    };
    expect(depth(true)).toBeLessThan(5e5);
    expect(depth(false)).toBeGreaterThan(20e6);
  });

  it('is the same run for the same seed, and another for another', () => {
    const trace = (seed: number): string => {
      const fabric = new FluidFabric(SMALL, seed);
      fabric.startWorkload(inference);
      fabric.startWorkload(bulk());
      run(fabric, 2);
      return JSON.stringify([fabric.takeObservations(), fabric.truth()]);
    };
    expect(trace(7)).toBe(trace(7));
    expect(trace(7)).not.toBe(trace(8));
  });

  it('names what is wrong with a workload', () => {
    const fabric = new FluidFabric(SMALL, 1);
    const refused = fabric.startWorkload({ ...inference, servers: ['h2-1', 'h9-9'] });
    expect(refused).toMatchObject({
      ok: false,
      error: { where: 'workloads.chat.servers', reason: 'no endpoint is called h9-9' },
    });
    expect(fabric.startWorkload({ ...inference, queue: 'gold' }).ok).toBe(false);
  });
});
