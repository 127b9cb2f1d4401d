import type { JournalRecord } from '@weir/core/model';
import { startSmallFabric, type SmallFabric } from '../../test/small-fabric';
import { ready, startTestDaemon, until, type TestDaemon } from '../../test/test-daemon';

interface Event {
  readonly id: number;
  readonly event: string;
  readonly data: JournalRecord;
}

/** A client of server-sent events that reads until it has what it wants. */
async function listen(url: string, lastId: string | null, enough: (seen: Event[]) => boolean) {
  const controller = new AbortController();
  const response = await fetch(`${url}/v1/events`, {
    headers: lastId === null ? {} : { 'last-event-id': lastId },
    signal: controller.signal,
  });
  if (response.status !== 200 || response.body === null)
    throw new Error(`${response.status}: ${await response.text()}`);
  const seen: Event[] = [];
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s) as never));
      const data = fields.get('data') as string | undefined;
      if (data === undefined) continue;
      seen.push({
        id: Number(fields.get('id')),
        event: String(fields.get('event')),
        data: JSON.parse(data) as JournalRecord,
      });
    }
    if (enough(seen)) break;
  }
  controller.abort();
  return { seen, type: response.headers.get('content-type') };
}

jest.setTimeout(30_000);

describe('server-sent events', () => {
  let fabric: SmallFabric;
  let daemon: TestDaemon;

  beforeAll(async () => {
    fabric = await startSmallFabric();
    daemon = await startTestDaemon(fabric.dir);
    await ready(daemon);
  });
  afterAll(async () => {
    await daemon.stop();
    await fabric.close();
  });

  const freeze = (reason: string) =>
    fetch(`${daemon.url}/v1/freeze`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reason }),
    });
  const last = async (): Promise<number> => {
    const page = (await (await fetch(`${daemon.url}/v1/journal?limit=1000`)).json()) as {
      items: JournalRecord[];
    };
    return page.items.at(-1)?.sequence ?? 0;
  };

  it('sends new records as they come', async () => {
    const listening = listen(daemon.url, null, (seen) =>
      seen.some(({ event }) => event === 'frozen'),
    );
    await until('a frozen event', async () => {
      await freeze('live');
      return Promise.race([listening, new Promise<null>((next) => setTimeout(next, 200, null))]);
    });
    const { seen, type } = await listening;
    expect(type).toMatch(/^text\/event-stream/);
    expect(seen.at(-1)).toMatchObject({
      event: 'frozen',
      data: { body: { kind: 'frozen', reason: 'live', by: 'anonymous' } },
    });
  });

  it('resumes after Last-Event-ID without a gap or a repetition', async () => {
    const before = await last();
    for (const reason of ['one', 'two', 'three']) await freeze(reason);
    const { seen } = await listen(daemon.url, String(before), (all) => all.length >= 2);
    const next = await listen(daemon.url, String(seen[1]?.id), (all) => all.length >= 1);
    expect([...seen.slice(0, 2), ...next.seen].map(({ id }) => id)).toEqual([
      before + 1,
      before + 2,
      before + 3,
    ]);
  });

  it('begins with the first record after 0', async () => {
    const { seen } = await listen(daemon.url, '0', (all) => all.length > 0);
    expect(seen[0]).toMatchObject({ id: 1, data: { sequence: 1 } });
  });

  it.each(['soon', '-1', '999999'])('refuses Last-Event-ID %s', async (id) => {
    const response = await fetch(`${daemon.url}/v1/events`, { headers: { 'last-event-id': id } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'request-invalid',
      where: 'header.last-event-id',
    });
  });
});
