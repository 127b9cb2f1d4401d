import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import {
  broadcastContract,
  commandBusContract,
  describeWithRedis,
  eventually,
  gate,
} from '@weir/conformance';
import { CommandTimeout, RedisBroadcast, RedisCommandBus } from './index';

describeWithRedis('redis bus', (redis) => {
  const options = () => ({ url: redis().url, prefix: `weir-${randomUUID()}` });

  commandBusContract('redis', async () => {
    const shared = options();
    const api = new RedisCommandBus(shared);
    const engine = new RedisCommandBus(shared);
    return {
      api,
      engine,
      dispose: async () => {
        await Promise.all([api.close(), engine.close()]);
      },
    };
  });

  broadcastContract('redis', async () => {
    const shared = options();
    const sender = new RedisBroadcast(shared);
    const receiver = new RedisBroadcast(shared);
    return {
      sender,
      receiver,
      dispose: async () => {
        await Promise.all([sender.close(), receiver.close()]);
      },
    };
  });

  it('lets only the engine that served last answer', async () => {
    const shared = options();
    const [api, old, leader] = [0, 1, 2].map(() => new RedisCommandBus(shared));
    if (!api || !old || !leader) throw new Error('three buses');
    const oldRan: unknown[] = [];
    await old.serve(async (command) => oldRan.push(command));
    await leader.serve(async () => 'leader');
    for (let i = 0; i < 20; i++) expect(await api.request(i, 5_000)).toBe('leader');
    expect(oldRan).toEqual([]);
    await Promise.all([api, old, leader].map((bus) => bus.close()));
  });

  it('says whether a command was taken when the answer does not come', async () => {
    const shared = options();
    const api = new RedisCommandBus(shared);
    const engine = new RedisCommandBus(shared);
    await expect(api.request('x', 50)).rejects.toMatchObject({ taken: false });
    const hold = gate();
    await engine.serve(() => hold.opened);
    const refused = api.request('x', 200);
    await expect(refused).rejects.toBeInstanceOf(CommandTimeout);
    await expect(refused).rejects.toMatchObject({ taken: true });
    hold.open();
    await Promise.all([api.close(), engine.close()]);
  });

  it('goes on serving after Redis was flushed', async () => {
    const shared = options();
    const api = new RedisCommandBus(shared);
    const engine = new RedisCommandBus(shared);
    await engine.serve(async (command) => command);
    const admin = new Redis(redis().url);
    await admin.flushall();
    expect(await api.request('x', 5_000)).toBe('x');
    admin.disconnect();
    await Promise.all([api.close(), engine.close()]);
  });

  it('answers several API processes', async () => {
    const shared = options();
    const engine = new RedisCommandBus(shared);
    await engine.serve(async (command) => command);
    const apis = Array.from({ length: 3 }, () => new RedisCommandBus(shared));
    const answers = await Promise.all(apis.map((api, i) => api.request(i, 5_000)));
    expect(answers).toEqual([0, 1, 2]);
    await Promise.all([engine, ...apis].map((bus) => bus.close()));
  });
});

describeWithRedis('redis bus and a server in trouble', (redis) => {
  it('goes on after a restart of Redis', async () => {
    const shared = { url: redis().url, prefix: 'restart' };
    const api = new RedisCommandBus(shared);
    const engine = new RedisCommandBus(shared);
    const sender = new RedisBroadcast(shared);
    const receiver = new RedisBroadcast(shared);
    await engine.serve(async (command) => command);
    const seen: number[] = [];
    await receiver.subscribe('t', (message) => seen.push(message[0] ?? -1));
    await redis().kill();
    await redis().start();
    await eventually('an answer', () => api.request('x', 500).catch(() => null));
    await eventually('a broadcast', async () => {
      await sender.publish('t', Uint8Array.of(7));
      return seen.includes(7);
    });
    await Promise.all([api, engine, sender, receiver].map((bus) => bus.close()));
  });

  it('drops broadcasts while Redis hangs, and keeps at most so many in memory', async () => {
    const sender = new RedisBroadcast({ url: redis().url, prefix: 'slow' });
    await sender.publish('t', Uint8Array.of(1));
    redis().pause();
    const published = Array.from({ length: 200 }, () => sender.publish('t', Uint8Array.of(2)));
    expect(sender.dropped).toBe(200 - 64);
    redis().resume();
    await Promise.all(published);
    expect(sender.dropped).toBe(200 - 64);
    await sender.close();
  });

  it('does not say "not executed" when it cannot know', async () => {
    const api = new RedisCommandBus({ url: redis().url, prefix: 'away' });
    await redis().kill();
    await expect(api.request('x', 100)).rejects.toMatchObject({ taken: true });
    await redis().start();
    await eventually('connected again', () =>
      api.request('x', 50).catch((error: CommandTimeout) => !error.taken),
    );
    await api.close();
  });
});
