import { eventually, startRedis, type RedisFixture } from '@weir/conformance';
import { Redis } from 'ioredis';
import type { Daemon } from '../../e2e/harness/daemon';
import { wrongs } from '../../e2e/harness/ending';
import { note, size } from '../figures';
import { describeRoles, Roles } from './roles';

jest.setTimeout(400_000);

/** Longer than the lease, so that the leader must stop. */
const GONE_MS = size(9_000, 60_000);
/** Shorter than the lease: a hiccup. */
const SLOW_MS = 3_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function admin(redis: RedisFixture, run: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(redis.url);
  await run(client).finally(() => client.disconnect());
}

/** While Redis is away nothing is taken: what is not journalled is not acknowledged. */
async function takesNothing(api: Daemon): Promise<void> {
  const body = { reason: 'asked while Redis was away' };
  const answer = await api.attempt('POST', '/v1/freeze', body);
  expect(answer?.status ?? 503).toBeGreaterThanOrEqual(500);
}

interface Trouble {
  readonly name: string;
  readonly strike: (roles: Roles) => Promise<void>;
}

const TROUBLES: readonly Trouble[] = [
  {
    name: 'flushed',
    strike: ({ redis }) => admin(redis, (client) => client.flushall()),
  },
  {
    name: 'gone for longer than the lease',
    strike: async ({ redis, api }) => {
      redis.pause();
      await pause(GONE_MS / 2);
      await takesNothing(api);
      await pause(GONE_MS / 2);
      redis.resume();
    },
  },
  {
    name: 'killed -9 and started again',
    strike: async ({ redis }) => {
      await redis.kill();
      await redis.start();
    },
  },
  {
    name: 'killed -9 and started again without its data',
    strike: async ({ redis, api }) => {
      await admin(redis, (client) => client.flushall());
      await redis.kill();
      await takesNothing(api);
      await redis.start();
    },
  },
  {
    name: 'slow',
    strike: ({ redis }) => admin(redis, (client) => client.client('PAUSE', SLOW_MS, 'ALL')),
  },
  { name: 'failed over to a replica and back', strike: failOver },
];

/** A replica takes over; the first server comes back empty-handed and learns from it. */
async function failOver({ redis }: Roles): Promise<void> {
  const replica = await startRedis();
  if (replica === null) throw new Error('redis-server is not installed');
  try {
    await admin(replica, async (client) => {
      await client.replicaof('127.0.0.1', redis.port);
      await linked(client);
    });
    await redis.kill();
    await admin(replica, (client) => client.replicaof('NO', 'ONE'));
    await redis.start();
    await admin(redis, async (client) => {
      await client.replicaof('127.0.0.1', replica.port);
      await linked(client);
      await client.replicaof('NO', 'ONE');
    });
  } finally {
    await replica.stop();
  }
}

const linked = (client: Redis): Promise<unknown> =>
  eventually('the replica has everything', async () =>
    (await client.info('replication')).includes('master_link_status:up'),
  );

/** Hashes of all records, in order. */
async function hashes(api: Daemon): Promise<readonly string[]> {
  const { body } = await api.request('GET', '/v1/journal?limit=1000');
  return (body as { items: { hash: string }[] }).items.map(({ hash }) => hash);
}

describeRoles('Redis in trouble in the middle of a change', () => {
  it.concurrent.each(TROUBLES)(
    '$name: nothing that was acknowledged is lost, and the change ends',
    ({ name, strike }) =>
      Roles.story(async (roles) => {
        await roles.keep('writer', ['southbound']);
        const leader = await roles.keep('leader', ['engine']);
        await roles.leads(1);
        const standby = await roles.keep('standby', ['engine']);
        const { id, ...images } = await roles.propose();
        await roles.api.inState(id, 'verifying');
        const acknowledged = await hashes(roles.api);
        const struckMs = performance.now();
        await strike(roles);
        roles.stage.workload.latencyMs = 25;
        await roles.leads(1);
        const change = await roles.api.ended(id, 90_000);
        const endedMs = Math.round(performance.now() - struckMs);
        expect(await wrongs(roles.stage, roles.api, change, images)).toEqual([]);
        expect((await hashes(roles.api)).slice(0, acknowledged.length)).toEqual(acknowledged);
        const codes = [leader, standby].map(({ exits }) => exits.map(({ code }) => code));
        note('redis', { trouble: name, state: change.state, endedMs, exits: codes });
      }),
  );
});
