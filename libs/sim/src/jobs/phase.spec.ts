import type { Collective } from './job';
import { contextOn, live, still } from './testing/still-network';
import { training } from './testing/specs';
import { Training } from './training';

const RATE = 8e9; // 1e6 bytes in 1 ms
const ring: Collective = { algorithm: 'ring-allreduce', bytes: 4e6 };
const HALF_RTT_MS = 0.05;
const conditions = still({ baseRttMs: 2 * HALF_RTT_MS });

describe('phases of a collective', () => {
  it('take exactly 2(n-1)/n S/C and 2(n-1) latencies in a ring', () => {
    const job = new Training(training(ring), contextOn());
    live(job, 0, 1_000, () => RATE, conditions);
    expect(job.totals().computeMs).toBe(10);
    expect(job.totals().communicationMs).toBeCloseTo(6 + 6 * HALF_RTT_MS, 9);
  });

  it('keep what is left when the rate changes on the way', () => {
    const job = new Training(training(ring), contextOn());
    const slower = (_: unknown, nowMs: number): number => (nowMs < 13 ? RATE : RATE / 4);
    live(job, 0, 13, slower, conditions);
    live(job, 13, 1_000, slower, conditions);
    expect(job.totals().communicationMs).toBeCloseTo(3 + 3 * 4 + 6 * HALF_RTT_MS, 9);
  });

  it('end with the slowest of independent transfers, exactly', () => {
    const push: Collective = { algorithm: 'parameter-server', bytes: 1e6, servers: ['h2-4'] };
    const job = new Training(training(push), contextOn());
    const rateBps = (stream: { members: readonly { source: string; destination: string }[] }) =>
      stream.members.some(({ source, destination }) => [source, destination].includes('h1-1'))
        ? RATE / 3
        : RATE;
    const events = live(job, 0, 1_000, rateBps, conditions);
    expect(job.totals().communicationMs).toBeCloseTo(2 * (3 + HALF_RTT_MS), 9);
    // End of compute; for each phase the fast ones, the slow one, its latency.
    expect(events).toHaveLength(1 + 2 * 3);
  });

  it('scale with the load of the job', () => {
    const job = new Training(training(ring), contextOn());
    job.scale = 2.5;
    live(job, 0, 1_000, () => RATE, conditions);
    expect(job.totals().communicationMs).toBeCloseTo(6 * 2.5 + 6 * HALF_RTT_MS, 9);
  });
});

describe('loss', () => {
  it('of a first window makes a lock-step stream wait for the time-out', () => {
    const outcomes = [0.5, 0];
    const onset = () => ({
      lostRatio: 0.5,
      timeoutRatio: outcomes.shift() ?? 0,
      peakBytes: 0,
    });
    const job = new Training(training(ring, { connections: 8 }), contextOn());
    live(job, 0, 1_000, () => RATE, still({ onset }));
    expect(job.totals().timeoutMs).toBe(200);
    expect(job.totals().communicationMs).toBeCloseTo(200 + 6 / 8, 9);
  });

  it('of the retransmission too doubles the time-out each time', () => {
    const push: Collective = { algorithm: 'parameter-server', bytes: 1e6, servers: ['h2-4'] };
    const outcomes = [1, 1, 0];
    const onset = () => ({ lostRatio: 1, timeoutRatio: outcomes.shift() ?? 0, peakBytes: 0 });
    const job = new Training(training(push), contextOn());
    live(job, 0, 2_000, () => RATE, still({ onset }));
    expect(job.totals().timeouts).toBe(2 * 4);
    expect(job.totals().communicationMs).toBeCloseTo(200 + 400 + 2, 9);
  });

  it('of some windows leaves the network to the others meanwhile', () => {
    const push: Collective = { algorithm: 'parameter-server', bytes: 1e8, servers: ['h2-4'] };
    const outcomes = [0.5, 0, 0];
    const onset = () => ({ lostRatio: 0.5, timeoutRatio: outcomes.shift() ?? 0, peakBytes: 0 });
    const job = new Training(training(push), contextOn());
    // Each of four gets a quarter, each of two a half: the bottleneck is never idle.
    let most = 0;
    const perStream = (): number => {
      const streams = job.streams(0, still()).length;
      most = Math.max(most, streams);
      return RATE / Math.max(1, streams);
    };
    live(job, 0, 3_000, perStream, still({ onset }));
    const { timeouts, communicationMs } = job.totals();
    expect(timeouts).toBeGreaterThan(0);
    expect(timeouts).toBeLessThan(4);
    expect(most).toBe(4);
    expect(communicationMs).toBeCloseTo(2 * 400, 6);
  });

  it('in the tail of a transfer costs a time-out, certain loss certainly', () => {
    const job = new Training(training(ring), contextOn());
    live(job, 0, 100_000, () => RATE, still({ lossRatio: 0.999999 }));
    // Backed off five times: 200 + 400 + ... + 6400.
    expect(job.totals().timeouts).toBe(6);
    expect(job.totals().communicationMs).toBeCloseTo(6 + 200 * 63, 3);
  });
});

describe('a job without a path', () => {
  it('waits for it, and sends again at the next retry of its senders', () => {
    const context = contextOn();
    const job = new Training(training(ring), context);
    live(job, 0, 12, () => RATE);
    const port = context.network.endpoints.get('h2-1')?.port ?? -1;
    const { fault } = context.network.channel(port);
    fault.up = false;
    context.routing.changed([port]);
    live(job, 12, 1_000, () => RATE);
    expect(job.totals().iterations).toBe(0);
    fault.up = true;
    context.routing.changed([port]);
    live(job, 1_000, 5_000, () => RATE);
    // Lost at 12; retries at 212, 612, 1412.
    expect(job.totals().communicationMs).toBeCloseTo(2 + 1_400 + 4, 6);
  });

  it('gives a collective up after a minute, reports an error, and begins again', () => {
    const context = contextOn();
    const port = context.network.endpoints.get('h2-1')?.port ?? -1;
    context.network.channel(port).fault.up = false;
    context.routing.changed([port]);
    const job = new Training(training(ring), context);
    live(job, 0, 100_000, () => RATE);
    expect(job.totals()).toMatchObject({ errors: 1, iterations: 0 });
    const [iteration] = job.take();
    expect(iteration).toMatchObject({ metric: 'iteration-time', errors: 1 });
    expect(iteration?.histogram.sumMs).toBeCloseTo(60_010, 6);
  });
});

describe('compute', () => {
  it('takes as long as its slowest straggler', () => {
    const stragglers = { workers: ['h2-1'], slowdown: 3 };
    const job = new Training(training(ring, { stragglers }), contextOn());
    live(job, 0, 1_000, () => RATE);
    expect(job.totals().computeMs).toBe(30);
  });

  it('takes longer the more workers there are, as the largest of many draws is', () => {
    const mean = (count: number): number => {
      const workers = Array.from({ length: count }, (_, i) => `h${1 + (i % 2)}-${1 + (i >> 1)}`);
      const spec = training(null, { workers, computeJitter: 0.1, iterations: 2_000 });
      const job = new Training(spec, contextOn());
      live(job, 0, 1e6, () => RATE);
      return job.totals().computeMs / 2_000;
    };
    // E[exp(0.1 Z)] = exp(0.005); the largest of eight normals is 1.4236 on average.
    expect(mean(1)).toBeCloseTo(10 * Math.exp(0.005), 0);
    expect(mean(8)).toBeGreaterThan(10 * Math.exp(0.14));
    expect(mean(8)).toBeLessThan(10 * Math.exp(0.15));
  });
});
