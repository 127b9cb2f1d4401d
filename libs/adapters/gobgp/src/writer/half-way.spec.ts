import type { LeafDiff } from '@weir/core/model';
import { announcementPath } from '../announcement';
import { FakeSpeaker } from '../testing/fake-speaker';
import { oneRouter, realTimers, ROUTER, speakerAt } from '../testing/one-router';
import { GobgpWriter } from './gobgp-writer';
import { MemoryViewStore } from './view-store';

const REFUSED = { code: 2, details: 'not today' };
const AWAY = { code: 14, details: 'gone' };
const leaf = (identifier: number) => announcementPath({ prefix: '10.2.0.0/24', identifier });
const [ONE, TWO] = [leaf(57_001), leaf(57_002)];
const FIRST = 'next-hop 10.1.1.1 bandwidth 4000000 asn 65000';
const SECOND = 'next-hop 10.1.2.1 bandwidth 4000000 asn 65000';
/** One path is made new, another one withdrawn. */
const SWAP: readonly LeafDiff[] = [
  { path: TWO, before: null, after: SECOND },
  { path: ONE, before: FIRST, after: null },
];

describe('a Set that fails half way', () => {
  let speaker: FakeSpeaker;
  let writer: GobgpWriter;

  beforeEach(async () => {
    speaker = new FakeSpeaker();
    await speaker.start();
    const topology = oneRouter(speakerAt(speaker.address));
    writer = new GobgpWriter({ topology, store: new MemoryViewStore(), timers: realTimers });
    const first = { path: ONE, before: null, after: FIRST };
    expect(await writer.set(ROUTER, [first], null, 5_000)).toEqual({ kind: 'ok' });
    speaker.calls.length = 0;
  });
  afterEach(async () => {
    await writer.close();
    speaker.close();
  });

  async function held(): Promise<readonly (string | number | boolean | null)[]> {
    speaker.fault = () => null;
    const read = await writer.readLeaves(ROUTER, [ONE, TWO], 5_000);
    if (!read.ok) throw new Error(read.error.reason);
    return read.value.map(({ value }) => value);
  }

  it('is put back, and the answer says so', async () => {
    speaker.fault = (verb, before) => (verb === 'delete' && before === 0 ? REFUSED : null);
    expect(await writer.set(ROUTER, SWAP, null, 5_000)).toEqual({
      kind: 'refused',
      grpcCode: 2,
      message: 'not today; what was there was put back',
    });
    expect(await held()).toEqual([FIRST, null]);
  });

  it('is reported as unknown when putting back fails too', async () => {
    speaker.fault = (verb) => (verb === 'delete' ? REFUSED : null);
    const answer = await writer.set(ROUTER, SWAP, null, 5_000);
    expect(answer.kind).toBe('unknown');
    expect(answer.kind === 'unknown' && answer.message).toContain('putting back');
    expect(await held()).toEqual([FIRST, SECOND]);
  });

  it('is plainly refused when nothing had been done', async () => {
    speaker.fault = (verb) => (verb === 'add' ? REFUSED : null);
    const answer = await writer.set(ROUTER, SWAP, null, 5_000);
    expect(answer).toEqual({ kind: 'refused', grpcCode: 2, message: 'not today' });
    expect(speaker.calls).not.toContain('delete');
    expect(await held()).toEqual([FIRST, null]);
  });

  it.each<[string, 'silence' | typeof AWAY]>([
    ['no answer in time', 'silence'],
    ['a connection that is gone', AWAY],
  ])('is unknown after %s, and is not sent again', async (_, fault) => {
    speaker.fault = (verb) => (verb === 'add' ? fault : null);
    const answer = await writer.set(ROUTER, SWAP, null, 500);
    expect(answer.kind).toBe('unknown');
    expect(speaker.calls.filter((call) => call === 'add')).toHaveLength(1);
  });

  it('is unknown when it cannot be read back', async () => {
    const lists = (): number => speaker.calls.filter((call) => call === 'list').length;
    speaker.fault = (verb) => (verb === 'list' && speaker.calls.includes('add') ? AWAY : null);
    const answer = await writer.set(ROUTER, SWAP, null, 1_000);
    expect(answer).toEqual({ kind: 'unknown', message: 'sent, but could not be read back' });
    expect(lists()).toBeGreaterThan(0);
  });

  it('is refused before anything is sent when the speaker cannot be asked', async () => {
    speaker.fault = (verb) => (verb === 'list' ? AWAY : null);
    const answer = await writer.set(ROUTER, SWAP, null, 500);
    expect(answer).toMatchObject({ kind: 'refused', grpcCode: 14 });
    expect(speaker.calls).not.toContain('add');
    const read = await writer.readImage(ROUTER, 500);
    expect(read).toMatchObject({ ok: false, error: { code: 'device-unreachable', where: ROUTER } });
  });

  it('takes a path that is gone already for withdrawn', async () => {
    speaker.fault = (verb) => {
      if (verb !== 'delete') return null;
      speaker.forget();
      return { code: 2, details: "can't find a specified path" };
    };
    const gone = { path: ONE, before: FIRST, after: null };
    expect(await writer.set(ROUTER, [gone], null, 5_000)).toEqual({ kind: 'ok' });
  });

  it('is refused whole when one leaf cannot be sent', async () => {
    const odd = { path: leaf(57_001).replace('/24', '/99'), before: null, after: FIRST };
    for (const bad of [odd, { path: '/bgp/speaker/state/asn', before: 1, after: 2 }])
      expect(await writer.set(ROUTER, [...SWAP, bad], null, 5_000)).toMatchObject({
        kind: 'refused',
        grpcCode: 3,
      });
    expect(speaker.calls).not.toContain('add');
  });

  it('has no commit to wait for', async () => {
    const commit = { id: 'c', rollbackMs: 1_000 };
    expect(await writer.set(ROUTER, SWAP, commit, 5_000)).toMatchObject({ grpcCode: 12 });
    expect(await writer.confirm()).toMatchObject({ kind: 'refused', grpcCode: 9 });
    expect(await writer.cancel()).toMatchObject({ kind: 'refused', grpcCode: 9 });
  });
});
