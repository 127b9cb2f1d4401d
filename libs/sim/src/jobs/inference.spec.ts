import type { Stream } from '../sharing/stream';
import { leafSpine } from '../topology/leaf-spine';
import { World } from '../world/world';
import { Inference } from './inference';
import { loadStep } from './load-profile';
import { contextOn, live, still } from './testing/still-network';
import { inference } from './testing/specs';

const carriedBps = (streams: readonly Stream[]): number =>
  streams.reduce(
    (sum, { demandBps, members }) =>
      sum + members.reduce((all, { connections }) => all + demandBps * connections, 0),
    0,
  );

describe('inference', () => {
  it('takes service, round trips and the response at the free rate', () => {
    const job = new Inference(inference(), contextOn());
    const conditions = still({ baseRttMs: 0.5, queueDelayMs: 0.25, rateForOneBps: 1e8 });
    live(job, 0, 10_000, () => 0, conditions);
    const [observed] = job.take();
    // 5 + 2 x (0.5 + 2 x 0.25) + 12,500 bytes at 100 Mb/s
    const { count = 0, sumMs = 0 } = observed?.histogram ?? {};
    expect(sumMs / count).toBeCloseTo(5 + 2 + 1, 9);
    expect(count).toBe(job.totals().requests);
    expect(Math.abs(count - 2_000)).toBeLessThan(4 * Math.sqrt(2_000));
    expect(job.totals().bytes).toBe(count * 13_500);
  });

  it('offers what its requests and responses weigh, over all paths', () => {
    const job = new Inference(inference(), contextOn());
    expect(carriedBps(job.streams(0)) / (200 * 13_500 * 8)).toBeCloseTo(1, 9);
    job.scale = 3;
    expect(carriedBps(job.streams(0)) / (600 * 13_500 * 8)).toBeCloseTo(1, 9);
  });

  it('counts every request, but follows at most 1.5 in a millisecond', () => {
    const job = new Inference(inference({ requestsPerSecond: 500_000 }), contextOn());
    let passages = 0;
    const conditions = still();
    const counted = {
      ...conditions,
      passage: () => {
        passages += 1;
        return { queueDelayMs: 0, deliveredRatio: 1 };
      },
    };
    let nowMs = 0;
    for (const forMs of [0.01, 0.3, 5, 0.2, 94.49, 0.001, 400, 0.5, 499.499]) {
      job.streams(nowMs);
      job.advance(nowMs, nowMs + forMs, () => 0, counted);
      nowMs += forMs;
    }
    const [observed] = job.take();
    const pending = job.totals().requests - (observed?.histogram.count ?? 0);
    expect(pending).toBeGreaterThanOrEqual(0);
    expect(pending).toBeLessThan(500);
    expect(Math.abs(job.totals().requests - 500_000)).toBeLessThan(4 * Math.sqrt(500_000));
    expect(passages / 2).toBeLessThanOrEqual(1_500);
    expect(passages / 2).toBeGreaterThan(1_400);
  });

  it('fails requests that have no path after five seconds', () => {
    const context = contextOn();
    const port = context.network.endpoints.get('h2-1')?.port ?? -1;
    context.network.channel(port).fault.up = false;
    context.routing.changed([port]);
    const job = new Inference(inference(), context);
    live(job, 0, 10_000, () => 0);
    const { errors, requests } = job.totals();
    expect(errors / requests).toBeCloseTo(0.5, 1);
    expect(job.take()[0]?.errors).toBe(errors);
    expect(job.take()[0]?.errors).toBe(0);
  });

  it('waits for time-outs where packets are lost', () => {
    const job = new Inference(inference(), contextOn());
    live(job, 0, 10_000, () => 0, still({ lossRatio: 0.02, rateForOneBps: 1e9 }));
    const { timeouts, requests, timeoutMs } = job.totals();
    expect(timeouts / requests).toBeGreaterThan(0.02);
    expect(timeouts / requests).toBeLessThan(0.2);
    expect(timeoutMs / timeouts).toBeGreaterThanOrEqual(200);
  });

  it('follows a flash crowd in steps', () => {
    const profile = [
      { atMs: 1_000, scale: 1 },
      { atMs: 2_000, scale: 3 },
      { atMs: 5_000, scale: 3 },
      { atMs: 5_001, scale: 1 },
    ];
    const job = new Inference(inference({ profile }), contextOn());
    const loads: number[] = [];
    for (let nowMs = 0; nowMs < 10_000; nowMs += 0) {
      loads.push(carriedBps(job.streams(nowMs)) / (200 * 13_500 * 8));
      const nextMs = Math.min(10_000, job.nextEventMs());
      expect(nextMs).toBeGreaterThan(nowMs);
      job.advance(nowMs, nextMs, () => 0, still());
      nowMs = nextMs;
    }
    expect(Math.max(...loads)).toBeCloseTo(3, 9);
    expect(loads.length).toBeGreaterThan(10);
    // 1 s at 1, a ramp worth 2 s, 3 s at 3, 5 s at 1.
    const expected = 200 * (1 + 2 + 9 + 5);
    expect(Math.abs(job.totals().requests - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });

  it('averages its ramp exactly whatever moments are asked for', () => {
    const profile = [
      { atMs: 0, scale: 0 },
      { atMs: 3_000, scale: 6 },
    ];
    let area = 0;
    for (let nowMs = 0; nowMs < 3_000;) {
      const { scale, untilMs } = loadStep(profile, nowMs);
      area += scale * (untilMs - nowMs);
      nowMs = untilMs;
    }
    expect(area).toBeCloseTo(9_000, 6);
    expect(loadStep(profile, -5)).toEqual({ scale: 0, untilMs: 0 });
    expect(loadStep(profile, 3_000)).toEqual({ scale: 6, untilMs: Infinity });
    expect(loadStep(null, 3)).toEqual({ scale: 1, untilMs: Infinity });
  });

  it('waits behind an elephant in its own queue, not in a queue with less priority', () => {
    const p95 = (elephantClass: 'real-time-inference' | 'storage'): number => {
      const world = new World(leafSpine({ leaves: 2, spines: 1, hostPortsPerLeaf: 4 }), 1);
      world.startJob(inference({ control: 'cubic' }));
      world.startJob({
        kind: 'bulk',
        name: 'copy',
        class: elephantClass,
        control: 'cubic',
        minRtoMs: 200,
        hostLimitBps: null,
        sources: ['h2-3', 'h2-1'],
        destinations: ['h1-1', 'h1-2'],
        streams: 8,
        rateLimitBps: null,
        totalBytes: null,
      });
      world.advanceTo(20_000);
      const [observed] = world.takeObservations().filter(({ workload }) => workload === 'job');
      return observed?.histogram.quantileMs(0.95) ?? NaN;
    };
    expect(p95('storage')).toBeLessThan(8);
    expect(p95('real-time-inference')).toBeGreaterThan(p95('storage') * 1.5);
  });
});
