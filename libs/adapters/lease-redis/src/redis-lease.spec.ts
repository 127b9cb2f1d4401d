import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { JournalCorrupt, JournalUnavailable, type Lease } from '@weir/core/ports';
import { describeWithRedis, eventually, leaseContract } from '@weir/conformance';
import { RedisLease } from './index';

const never = (): AbortSignal => new AbortController().signal;
const clock = { monotonicMs: () => performance.now() };

describeWithRedis('redis lease', (redis) => {
  let prefix: string;
  beforeEach(() => (prefix = `weir-${randomUUID()}`));
  const contender = (ttlMs = 1_000): RedisLease =>
    new RedisLease({ url: redis().url, prefix, clock, ttlMs });

  leaseContract('redis', async () => {
    const leases: Lease[] = [];
    return {
      contender: async () => {
        const lease = contender();
        leases.push(lease);
        return lease;
      },
      dispose: async () => {
        await Promise.all(leases.map((lease) => lease.release()));
      },
    };
  });

  it('keeps the lease beyond its life by renewing it', async () => {
    const holder = contender(300);
    const losses: string[] = [];
    holder.onLost((reason) => losses.push(reason));
    await holder.acquire(never());
    const admin = new Redis(redis().url);
    const until = performance.now() + 1_000;
    await eventually('three lives', async () => {
      expect(await admin.get(`${prefix}:lease`)).not.toBeNull();
      return performance.now() > until;
    });
    expect(losses).toEqual([]);
    admin.disconnect();
    await holder.release();
  });

  it('reports the loss when the key is removed', async () => {
    const holder = contender(300);
    const losses: string[] = [];
    holder.onLost((reason) => losses.push(reason));
    await holder.acquire(never());
    const admin = new Redis(redis().url);
    await admin.flushall();
    await eventually('loss', () => losses.length > 0);
    expect(losses).toEqual(['it was taken or removed in Redis']);
    admin.disconnect();
  });

  it('does not release what another holds by now', async () => {
    const old = contender(60_000);
    await old.acquire(never());
    const admin = new Redis(redis().url);
    await admin.set(`${prefix}:lease`, 'somebody else');
    await old.release();
    expect(await admin.get(`${prefix}:lease`)).toBe('somebody else');
    admin.disconnect();
  });

  it('starts above the last epoch of the journal when Redis forgot its own', async () => {
    const previousEpoch = async (): Promise<number> => 41;
    const lease = new RedisLease({ url: redis().url, prefix, clock, previousEpoch });
    expect(await lease.acquire(never())).toBe(42);
    await lease.release();
  });

  it('rejects when the journal is damaged, and waits while it cannot be read', async () => {
    const damage = new JournalCorrupt(3, 'journal: damaged');
    const damaged = (): Promise<number> => Promise.reject(damage);
    const lease = new RedisLease({ url: redis().url, prefix, clock, previousEpoch: damaged });
    await expect(lease.acquire(never())).rejects.toBe(damage);
    let attempts = 0;
    const previousEpoch = async (): Promise<number> => {
      if (++attempts < 3) throw new JournalUnavailable('journal: Redis is away');
      return 6;
    };
    const patient = new RedisLease({ url: redis().url, prefix, clock, ttlMs: 300, previousEpoch });
    expect(await patient.acquire(never())).toBe(7);
    await patient.release();
  });
});

describeWithRedis('redis lease and a server in trouble', (redis) => {
  it('is lost at the end of its life when Redis hangs, and another gets a larger epoch', async () => {
    const options = { url: redis().url, prefix: 'hang', clock, ttlMs: 600 };
    const holder = new RedisLease(options);
    const losses: { reason: string; atMs: number }[] = [];
    holder.onLost((reason) => losses.push({ reason, atMs: performance.now() }));
    const epoch = await holder.acquire(never());
    const pausedMs = performance.now();
    redis().pause();
    await eventually('loss', () => losses.length > 0);
    redis().resume();
    expect(losses[0]?.reason).toContain('not renewed for 600 ms');
    expect((losses[0]?.atMs ?? 0) - pausedMs).toBeLessThan(700);
    const other = new RedisLease(options);
    expect(await other.acquire(never())).toBeGreaterThan(epoch);
    expect(losses).toHaveLength(1);
    await other.release();
  });

  it('survives a restart of Redis that is shorter than its life', async () => {
    const lease = new RedisLease({ url: redis().url, prefix: 'restart', clock, ttlMs: 3_000 });
    const losses: string[] = [];
    lease.onLost((reason) => losses.push(reason));
    await lease.acquire(never());
    await redis().kill();
    await redis().start();
    const admin = new Redis(redis().url);
    const leftMs = await admin.pttl('restart:lease');
    expect(leftMs).toBeGreaterThan(0);
    await eventually('renewed after the restart', async () => {
      return (await admin.pttl('restart:lease')) > leftMs;
    });
    expect(losses).toEqual([]);
    admin.disconnect();
    await lease.release();
  });

  it('waits for Redis to come', async () => {
    await redis().kill();
    const lease = new RedisLease({ url: redis().url, prefix: 'late', clock, ttlMs: 1_000 });
    const granted = lease.acquire(never());
    await redis().start();
    expect(await granted).toBeGreaterThan(0);
    await lease.release();
  });
});
