import { leafSpine } from '../topology/leaf-spine';
import { World } from '../world/world';
import { Attack } from './attack';
import { Bulk } from './bulk';
import type { JobSpec } from './job';
import { attack, bulk, transfers } from './testing/specs';
import { contextOn, live, still } from './testing/still-network';
import { Transfers } from './transfers';

const RATE = 8e9;

function worldWith(...specs: JobSpec[]): World {
  const world = new World(leafSpine({ leaves: 2, spines: 2, hostPortsPerLeaf: 4 }), 1);
  for (const spec of specs) expect(world.startJob(spec)).toEqual({ ok: true, value: undefined });
  return world;
}

describe('bulk', () => {
  it('ends exactly when its bytes are through', () => {
    const job = new Bulk(bulk({ streams: 4, totalBytes: 8e9 }), contextOn());
    const events = live(job, 0, 60_000, () => RATE / 4);
    expect(job.done).toBe(true);
    expect(events).toEqual([8_000]);
    expect(job.totals().bytes).toBeCloseTo(8e9, 0);
  });

  it('a 50 GB checkpoint holds a 10 Gb/s link for 40 s', () => {
    const options = { leaves: 2, spines: 2, hostPortsPerLeaf: 1, hostCapacityBps: 10e9 };
    const world = new World(leafSpine(options), 1);
    world.startJob(bulk({ totalBytes: 50e9, hostLimitBps: 10e9 }));
    world.advanceTo(39_900);
    expect(world.jobs()).toHaveLength(1);
    world.advanceTo(40_100);
    expect(world.jobs()).toHaveLength(0);
  });

  it('keeps to what its storage and its hosts can do', () => {
    const job = new Bulk(bulk({ streams: 4, rateLimitBps: 2e9 }), contextOn());
    const demands = job.streams(0).map(({ demandBps }) => demandBps);
    expect(demands).toEqual([5e8, 5e8, 5e8, 5e8]);
    const limited = new Bulk(bulk({ hostLimitBps: 3e8 }), contextOn());
    expect(limited.streams(0)[0]?.demandBps).toBe(3e8);
  });

  it('slows down on a wire that loses packets', () => {
    const context = contextOn();
    const nic = context.network.endpoints.get('h1-1')?.nic ?? -1;
    context.network.channel(nic).fault.grayLossRatio = 0.001;
    const job = new Bulk(bulk({ control: 'cubic' }), context);
    expect(job.streams(0)[0]?.demandBps).toBeLessThan(100e9);
    expect(job.streams(0)[0]?.demandBps).toBeGreaterThan(1e6);
  });

  it('is silent for a time-out when its path goes down, and until one is back', () => {
    const context = contextOn({ spines: 1 });
    const job = new Bulk(bulk({}), context);
    live(job, 0, 1_000, () => RATE);
    const uplink = context.network.egress[0]?.get('eth1') ?? -1;
    const { fault } = context.network.channel(uplink);
    fault.up = false;
    context.routing.changed([uplink]);
    live(job, 1_000, 1_500, () => RATE);
    expect(job.streams(1_500)).toHaveLength(0);
    fault.up = true;
    context.routing.changed([uplink]);
    live(job, 1_500, 3_000, () => RATE);
    // Retries at 1,200 and 1,600.
    expect(job.totals().bytes).toBeCloseTo((1_000 + 1_400) * 1e6, 0);
  });
});

describe('transfers', () => {
  it('take size over rate when they are alone', () => {
    const job = new Transfers(transfers({ transfersPerSecond: 1 }), contextOn());
    live(job, 0, 100_000, () => RATE * 10, still({ baseRttMs: 0.5 }));
    const [observed] = job.take();
    const { count = 0, sumMs = 0 } = observed?.histogram ?? {};
    expect(sumMs / count).toBeCloseTo(0.1 + 0.5, 1);
    expect(Math.abs(count - 100)).toBeLessThan(40);
  });

  it.each([0.3, 0.6])('share a link as M/G/1 processor sharing at load %d', (load) => {
    // 25 Gb/s, 12.5 MB: 4 ms alone; on average 4 / (1 - load), whatever the sizes (Kleinrock).
    const transfersPerSecond = load / 0.004;
    const spec = transfers({ transfersPerSecond, meanBytes: 12.5e6, shape: 2.5, control: 'dctcp' });
    const world = worldWith(spec);
    world.advanceTo(60_000);
    const [observed] = world.takeObservations();
    const { count = 1, sumMs = 0 } = observed?.histogram ?? {};
    const expected = 4 / (1 - load);
    expect(count / (60 * transfersPerSecond)).toBeCloseTo(1, 1);
    expect(sumMs / count / expected).toBeGreaterThan(0.9);
    expect(sumMs / count / expected).toBeLessThan(1.15);
  });

  it('many in a second come in ticks and carry the same bytes', () => {
    const spec = transfers({ transfersPerSecond: 5_000, meanBytes: 1e4 });
    const job = new Transfers(spec, contextOn());
    const events = live(job, 0, 10_000, () => RATE);
    expect(events.length).toBeLessThan((2 * 10_000) / 5 + 10);
    expect(job.totals().bytes / (50_000 * 1e4)).toBeCloseTo(1, 1);
  });

  it('wait while there is no path', () => {
    const context = contextOn();
    const port = context.network.endpoints.get('h2-1')?.port ?? -1;
    const { fault } = context.network.channel(port);
    fault.up = false;
    context.routing.changed([port]);
    const job = new Transfers(transfers({ transfersPerSecond: 10 }), context);
    live(job, 0, 10_000, () => RATE);
    expect(job.totals().requests).toBe(0);
    fault.up = true;
    context.routing.changed([port]);
    live(job, 10_000, 20_000, () => RATE);
    expect(Math.abs(job.totals().requests - 200)).toBeLessThan(60);
  });
});

describe('attacks', () => {
  it('send what they want to all of their victims', () => {
    const job = new Attack(attack({ destinations: ['h2-1', 'h2-2'] }), contextOn());
    const total = job
      .streams()
      .reduce(
        (sum, { demandBps, members }) =>
          sum + members.reduce((all, { connections }) => all + connections * demandBps, 0),
        0,
      );
    expect(total).toBeCloseTo(2e9, 0);
    expect(job.streams().every(({ kind, control }) => kind === 'open' && control === 'none'));
    live(job, 0, 1_000, ({ demandBps }) => demandBps);
    expect(job.totals().bytes).toBeCloseTo(2.5e8, 0);
  });

  it('take the link from those who yield', () => {
    const moved = (...others: JobSpec[]): number => {
      const world = worldWith(bulk({ class: 'best-effort' }), ...others);
      world.advanceTo(10_000);
      return world.totals().get('job')?.bytes ?? NaN;
    };
    const flood = { ...attack({ sources: ['h2-2'], bps: 20e9 }), name: 'flood' };
    expect(moved(flood)).toBeLessThan(moved() * 0.3);
  });
});

describe('a fork', () => {
  it('of every kind of job has the same future', () => {
    const world = worldWith(
      bulk({ streams: 3, totalBytes: 60e9 }),
      { ...transfers({ sources: ['h1-2', 'h1-3'], shape: 1.5 }), name: 'shuffle' },
      { ...attack(), name: 'flood' },
    );
    world.advanceTo(3_333);
    const fork = world.fork();
    world.advanceTo(15_000);
    fork.advanceTo(15_000);
    expect(fork.digest()).toBe(world.digest());
    expect(fork.totals()).toEqual(world.totals());
    expect(fork.takeObservations()).toEqual(world.takeObservations());
  });
});
