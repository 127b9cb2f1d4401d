import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryJournal, MemoryJournalStore } from '@weir/adapter-journal-memory';
import { eventually, journalContract, note, takeSnapshot } from '@weir/conformance';
import type { Metrics, Timers } from '@weir/core/ports';
import { AnchoredJournal, FileSink, readAnchorFile, WebhookSink, type AnchorSink } from './index';

/** Timers that run when told. */
class Hand implements Timers {
  readonly tasks: { readonly ms: number; readonly run: () => void }[] = [];
  after(ms: number, run: () => void): () => void {
    const task = { ms, run };
    this.tasks.push(task);
    return () => {
      if (this.tasks.includes(task)) this.tasks.splice(this.tasks.indexOf(task), 1);
    };
  }
  fire(): void {
    this.tasks.shift()?.run();
  }
}

const values = new Map<string, number>();
const metric = (name: string) => ({
  add: (value: number) => void values.set(name, (values.get(name) ?? 0) + value),
  set: (value: number) => void values.set(name, value),
  observe: () => undefined,
});
const metrics: Metrics = { counter: metric, gauge: metric, histogram: metric };

let dir: string;
let timers: Hand;
let lines: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'weir-anchor-'));
  timers = new Hand();
  lines = [];
  values.clear();
});
afterEach(() => rmSync(dir, { recursive: true }));

function anchored(sinks: readonly AnchorSink[], inner = new MemoryJournal(), everyRecords = 10) {
  const log = {
    info: (message: string) => void lines.push(message),
    warn: (message: string) => void lines.push(message),
  };
  return new AnchoredJournal(inner, { sinks, everyRecords, everyMs: 500, timers, metrics, log });
}

async function pointsOf(path: string) {
  const file = await readAnchorFile(path);
  if (!file.ok) throw new Error(file.error.where);
  return file.value;
}

journalContract('anchored', async () => {
  const store = new MemoryJournalStore();
  const none: Timers = { after: () => () => undefined };
  const open = (): AnchoredJournal => {
    const quiet = { info: () => undefined, warn: () => undefined };
    const sinks = [new FileSink(join(dir, 'contract.jsonl'))];
    const inner = new MemoryJournal(store);
    const every = { everyRecords: 1_000_000, everyMs: 1_000 };
    return new AnchoredJournal(inner, { sinks, ...every, timers: none, metrics, log: quiet });
  };
  return { journal: open(), reopen: async () => open(), dispose: async () => undefined };
});

describe('anchors in a file', () => {
  it('gets the head every so many records, every so often, and at the close', async () => {
    const path = join(dir, 'anchors.jsonl');
    const journal = anchored([new FileSink(path)]);
    for (let i = 1; i <= 12; i++) await journal.append(3, i * 100, [note(`${i}`)]);
    await eventually('by count', async () => (await pointsOf(path)).points.length === 1);
    expect(timers.tasks).toHaveLength(1);
    timers.fire();
    await eventually('by time', async () => (await pointsOf(path)).points.length === 2);
    expect(timers.tasks).toHaveLength(0);
    await eventually('told', () => values.get('weir_journal_anchor_sequence') === 12);
    const [last] = await journal.append(4, 1_300, [note('13')]);
    expect(values.get('weir_journal_anchor_lag_records')).toBe(1);
    await journal.close();
    const { points } = await pointsOf(path);
    expect(points.map((point) => point.sequence)).toEqual([10, 12, 13]);
    expect(points[2]).toEqual({ sequence: 13, hash: last?.hash, atMs: 1_300, epoch: 4 });
    expect(values.get('weir_journal_anchor_sequence')).toBe(13);
  });

  it('writes nothing twice when nothing came, and goes on in the same file', async () => {
    const path = join(dir, 'anchors.jsonl');
    const store = new MemoryJournalStore();
    for (let run = 0; run < 2; run++) {
      const journal = anchored([new FileSink(path)], new MemoryJournal(store));
      await journal.append(1, 1, [note('a')]);
      timers.fire();
      await journal.close();
    }
    expect((await pointsOf(path)).points.map((point) => point.sequence)).toEqual([1, 2]);
  });

  it('passes over a line that was cut short, and refuses any other that is no anchor', async () => {
    const path = join(dir, 'anchors.jsonl');
    const store = new MemoryJournalStore();
    const first = anchored([new FileSink(path)], new MemoryJournal(store));
    await first.append(1, 1, [note('a')]);
    await first.close();
    appendFileSync(path, '{"sequence":2,"ha');
    const second = anchored([new FileSink(path)], new MemoryJournal(store));
    await second.append(1, 1, [note('b')]);
    await second.close();
    expect(await pointsOf(path)).toMatchObject({
      cutLines: 1,
      points: [{ sequence: 1 }, { sequence: 2 }],
    });
    const good = readFileSync(path, 'utf8');
    for (const [bad, where] of [
      ['not an anchor', ':5'],
      ['{"sequence":0,"hash":"","atMs":1,"epoch":1}', ':5: sequence'],
      ['{"sequence":1,"hash":"zz","atMs":1,"epoch":1}', ':5: hash'],
      [`{"sequence":1,"hash":"${'a'.repeat(64)}","atMs":-1,"epoch":1}`, ':5: atMs, epoch'],
      ['null', ':5'],
      ['x'.repeat(100_000), ':5'],
    ] as const) {
      writeFileSync(path, `${good}\n${bad}\n`);
      expect(await readAnchorFile(path)).toMatchObject({
        ok: false,
        error: { code: 'journal-corrupt', where: `${path}${where}` },
      });
    }
    expect(await readAnchorFile(join(dir, 'none'))).toMatchObject({ ok: true });
    expect(await readAnchorFile(dir)).toMatchObject({ ok: false });
  });

  it('never holds up an append: a file that cannot be written is tried again, and said once', async () => {
    const path = join(dir, 'missing', 'anchors.jsonl');
    const journal = anchored([new FileSink(path)], new MemoryJournal(), 1);
    for (let i = 0; i < 5; i++) await journal.append(1, 1, [note('a')]);
    const failures = () => values.get('weir_journal_anchor_failures_total') ?? 0;
    await eventually('first failure', () => failures() === 1);
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      await eventually('pause', () => timers.tasks.length === 1);
      expect(timers.tasks[0]?.ms).toBe(seconds * 1_000);
      timers.fire();
    }
    expect(lines).toEqual(['anchor cannot be kept, tried again']);
    await journal.close();
    expect(failures()).toBeGreaterThanOrEqual(9);
  });

  it('can be compared with a journal that was compacted, back to before the cut', async () => {
    const inner = new MemoryJournal();
    const journal = anchored([new FileSink(join(dir, 'a.jsonl'))], inner, 4);
    for (let i = 0; i < 9; i++) await journal.append(1, 1, [note('a')]);
    await takeSnapshot(inner);
    await takeSnapshot(inner);
    await inner.snapshots.compact(1, 9);
    const places = (await inner.snapshots.checkpoints()).map((point) => point.sequence);
    expect(places).toEqual([4, 8, 9, 10]);
    await journal.close();
  });
});

describe('anchors at a webhook', () => {
  let server: Server;
  let answers: number[];
  let requests: { body: string; headers: IncomingHttpHeaders; path: string | undefined }[];
  beforeEach(async () => {
    answers = [];
    requests = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        requests.push({ body, headers: request.headers, path: request.url });
        const status = answers.shift() ?? 204;
        // 0: say nothing at all.
        if (status === 0) return;
        response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const sink = (timeoutMs = 2_000): WebhookSink => {
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/anchors?site=a`;
    return new WebhookSink({ url, headers: { authorization: 'Bearer secret' }, timeoutMs });
  };

  it('posts each head once, in order, with the headers that it is given', async () => {
    const journal = anchored([sink()], new MemoryJournal(), 2);
    for (let i = 0; i < 4; i++) await journal.append(1, 7, [note('a')]);
    await eventually('both', () => requests.length === 2);
    await journal.close();
    expect(requests).toHaveLength(2);
    expect(requests[0]).toMatchObject({
      path: '/anchors?site=a',
      headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
    });
    const bodies = requests.map(({ body }) => JSON.parse(body) as { sequence: number });
    expect(bodies.map((body) => body.sequence)).toEqual([2, 4]);
  });

  it('tries again after an error, a redirection and a silence, and says when it works again', async () => {
    answers = [500, 302, 0];
    const journal = anchored([sink(100)], new MemoryJournal(), 1);
    await journal.append(1, 1, [note('a')]);
    for (const seconds of [1, 2, 4]) {
      await eventually(`pause of ${seconds} s`, () => timers.tasks.length === 1);
      expect(timers.tasks[0]?.ms).toBe(seconds * 1_000);
      timers.fire();
    }
    await eventually('kept', () => values.get('weir_journal_anchor_sequence') === 1);
    expect(lines).toEqual(['anchor cannot be kept, tried again', 'anchor is kept again']);
    expect(requests.every(({ path }) => path === '/anchors?site=a')).toBe(true);
    await journal.close();
  });

  it('keeps a bounded number of heads while the webhook is away, the newest last', async () => {
    answers = [503];
    const journal = anchored([sink()], new MemoryJournal(), 1);
    for (let i = 0; i < 200; i++) await journal.append(1, 1, [note('a')]);
    await eventually('refused', () => timers.tasks.length === 1);
    timers.fire();
    await eventually('caught up', () => values.get('weir_journal_anchor_sequence') === 200);
    expect(requests.length).toBeLessThanOrEqual(66);
    await journal.close();
  });

  it('ends although the webhook is away', async () => {
    const away = sink();
    await new Promise((resolve) => server.close(resolve));
    const journal = anchored([away], new MemoryJournal(), 1);
    await journal.append(1, 1, [note('a')]);
    await journal.close();
    expect(values.get('weir_journal_anchor_failures_total')).toBeGreaterThan(0);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  it('does not speak TLS with a server whose certificate nobody vouches for', async () => {
    const { port } = server.address() as AddressInfo;
    const tls = new WebhookSink({ url: `https://127.0.0.1:${port}/`, headers: {}, timeoutMs: 500 });
    const point = { sequence: 1, hash: 'a'.repeat(64), atMs: 1, epoch: 1 };
    await expect(tls.write(point)).rejects.toThrow();
    expect(requests).toEqual([]);
    await tls.close();
  });
});
