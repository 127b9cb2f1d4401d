import fc from 'fast-check';
import { Redis } from 'ioredis';
import { RedisCommandBus } from '@weir/adapter-bus-redis';
import { openRedisJournal } from '@weir/adapter-journal-redis';
import { startRedis } from '@weir/conformance';
import { chainLinks, EMPTY_CHAIN, JournalCorrupt, JournalUnavailable } from '@weir/core/ports';
import { digest } from '../loop/world';
import { errorText, Violation, type Door, type OpenDoor } from './driver';
import { hostileText, jsonTextOf, mutatedDocument, mutatedText, wellFormed } from './inputs';

type Input =
  | { readonly what: 'entries'; readonly entries: readonly (readonly string[])[] }
  | { readonly what: 'command'; readonly text: string; readonly mark: boolean }
  | { readonly what: 'answer'; readonly text: string };

const LINKS = chainLinks(
  EMPTY_CHAIN,
  1,
  5,
  [1, 2, 3].map((n) => ({ kind: 'frozen' as const, by: 'x', reason: String(n) })),
  digest,
);
const fieldsOf = (index: number): string[] => {
  const { hash = '', text = '' } = LINKS[index] ?? {};
  return ['h', hash, 'e', '1', 't', text];
};
const field = fc.oneof(
  hostileText.map((text) => wellFormed(text)),
  fc.constantFrom('h', 't', 'e', '[1,2,3,{}]', '[2,5,1,null]'),
);
/** Fields of stream entries 1-0, 2-0, ... of which some were changed by somebody. */
const entries = fc
  .array(
    fc.tuple(
      fc.nat(2),
      fc.option(fc.tuple(fc.nat(5), field)),
      fc.option(mutatedText(fc.constantFrom(...LINKS.map(({ text }) => text)))),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((list) =>
    list.map(([, spoil, text], i) => {
      const fields = fieldsOf(i);
      if (spoil !== null) fields[spoil[0]] = spoil[1];
      if (text !== null) fields[5] = wellFormed(text);
      return fields;
    }),
  );

const COMMAND = { answerList: 'nowhere', command: { verb: 'status' } };
const command = fc.oneof(
  mutatedDocument(fc.constant(COMMAND)).map((document) => wellFormed(jsonTextOf(document))),
  mutatedText(fc.constant(JSON.stringify(COMMAND))).map((text) => wellFormed(text)),
);
const answer = fc.oneof(
  mutatedDocument(fc.constantFrom<unknown>({ id: 'x', value: 1 }, { id: 'x', error: 'e' })).map(
    (document) => wellFormed(jsonTextOf(document)),
  ),
  hostileText.map((text) => wellFormed(text)),
);

interface Parts {
  readonly redis: Redis;
  readonly url: string;
  readonly bus: RedisCommandBus;
  readonly prefix: string;
}

/** The epoch beside the text is for the script; what counts is the hash and the hashed text. */
function hashed(fields: readonly string[]): string {
  const valueOf = (name: string): string => {
    const at = fields.findIndex((field, i) => i % 2 === 0 && field === name);
    return at < 0 ? '' : (fields[at + 1] ?? '');
  };
  return `${valueOf('h')} ${valueOf('t')}`;
}

async function feedEntries(
  { redis, url }: Parts,
  list: readonly (readonly string[])[],
): Promise<string> {
  const prefix = 'entries';
  await redis.del(`${prefix}:journal`, `${prefix}:journal:touch`);
  for (const [i, fields] of list.entries())
    await redis.xadd(`${prefix}:journal`, `${i + 1}-0`, ...fields);
  const whole =
    list.length <= LINKS.length &&
    list.every((fields, i) => hashed(fields) === hashed(fieldsOf(i)));
  try {
    const journal = await openRedisJournal({ url, prefix });
    try {
      for await (const record of journal.read(1))
        if (typeof record.body !== 'object') throw new Violation(`read ${JSON.stringify(record)}`);
      const { chain } = await journal.verify();
      if ((chain === 'ok') !== whole)
        throw new Violation(`verify says ${chain}, whole is ${whole}`);
      return chain;
    } finally {
      await journal.close();
    }
  } catch (error) {
    if (error instanceof JournalCorrupt && !whole) return 'corrupt';
    if (error instanceof JournalUnavailable && !whole) return 'unavailable';
    if (error instanceof Violation) throw error;
    throw new Violation(`no refusal of a journal: ${errorText(error)}`);
  }
}

/** Puts a message of another process into the lists of the bus, then sends a good one behind it. */
async function behind({ redis, bus, prefix }: Parts, put: () => Promise<unknown>): Promise<string> {
  await put();
  await redis.keys(`${prefix}:*`);
  const answered = await bus.request('ping', 10_000);
  if (answered !== 'pong') throw new Violation(`the bus answered ${JSON.stringify(answered)}`);
  return 'served on';
}

async function feed(parts: Parts, input: Input): Promise<string> {
  const { redis, prefix } = parts;
  switch (input.what) {
    case 'entries':
      return `entries ${await feedEntries(parts, input.entries)}`;
    case 'command':
      return `command ${await behind(parts, async () => {
        if (input.mark) await redis.set(`${prefix}:command:bad`, input.text, 'PX', 60_000);
        await redis.rpush(`${prefix}:commands`, input.mark ? 'bad' : input.text);
      })}`;
    case 'answer':
      return `answer ${await behind(parts, async () => {
        for (const list of await redis.keys(`${prefix}:answers:*`))
          await redis.rpush(list, input.text);
        const [waiting] = ((await redis.client('LIST')) as string).match(/cmd=blpop/g) ?? [];
        return waiting;
      })}`;
  }
}

async function open(): Promise<OpenDoor<Input> | { skipped: string }> {
  const server = await startRedis({ appendfsync: 'everysec' });
  if (server === null) return { skipped: 'redis-server is not installed' };
  const { url } = server;
  const redis = new Redis(url);
  const prefix = 'fuzz';
  const api = new RedisCommandBus({ url, prefix });
  const engine = new RedisCommandBus({ url, prefix });
  await engine.serve((message) => Promise.resolve(message === 'ping' ? 'pong' : 'other'));
  const parts: Parts = { redis, url, bus: api, prefix };
  return {
    feed: (input) => feed(parts, input),
    good: async () => {
      const outcome = await feedEntries(parts, [fieldsOf(0), fieldsOf(1), fieldsOf(2)]);
      if (outcome !== 'ok') throw new Violation(`a good stream: ${outcome}`);
    },
    close: async () => {
      await Promise.all([api.close(), engine.close()]);
      redis.disconnect();
      await server.stop();
    },
  };
}

/** What other processes leave in Redis: journal entries, commands and answers of the bus. */
export const redisDoor: Door<Input> = {
  name: 'redis',
  about: 'journal entries, commands and answers in Redis',
  input: fc.oneof(
    fc.record({ what: fc.constant('entries' as const), entries }),
    fc.record({ what: fc.constant('command' as const), text: command, mark: fc.boolean() }),
    fc.record({ what: fc.constant('answer' as const), text: answer }),
  ),
  open,
};
