import { type gnmiExt } from '@weir/proto-gen';
import {
  MemoryBackend,
  startTarget,
  type CommitStore,
  type PendingCommit,
  type Target,
  type TargetBehaviour,
} from './index';
import { setRequest, TestClient } from './testing/client';
import { ManualClock } from './testing/manual-clock';
import { until } from './testing/until';

const MTU = '/interfaces/interface[name=e1]/config/mtu';
const NEW = '/interfaces/interface[name=e1]/config/description';
const FAILED_PRECONDITION = 9;
const INVALID_ARGUMENT = 3;

type Action = gnmiExt.Commit['action'];
const seconds = (count: number): { seconds: bigint; nanos: number } => ({
  seconds: BigInt(count),
  nanos: 0,
});
const request = (duration?: number): Action => ({
  $case: 'commit',
  value: { rollbackDuration: duration === undefined ? undefined : seconds(duration) },
});
const extend = (duration?: number): Action => ({
  $case: 'setRollbackDuration',
  value: { rollbackDuration: duration === undefined ? undefined : seconds(duration) },
});
const CONFIRM: Action = { $case: 'confirm', value: {} };
const CANCEL: Action = { $case: 'cancel', value: {} };

/** Keeps the pending commit as a file would. */
class MemoryStore implements CommitStore {
  saved: PendingCommit | null = null;
  load(): Promise<PendingCommit | null> {
    return Promise.resolve(this.saved);
  }
  save(pending: PendingCommit | null): Promise<void> {
    this.saved = structuredClone(pending);
    return Promise.resolve();
  }
}

let clock: ManualClock;
let store: MemoryStore;
let backend: MemoryBackend;
let target: Target;
let client: TestClient;
let behaviour: TargetBehaviour;
let errors: unknown[];

async function start(startup: Record<string, string | number | boolean>): Promise<void> {
  backend = new MemoryBackend(startup);
  target = await startTarget({
    address: '127.0.0.1:0',
    backend,
    clock,
    commitStore: store,
    behaviour: {
      afterApply: () => behaviour.afterApply?.([]),
      ignoreExtensions: () => behaviour.ignoreExtensions?.() ?? false,
    },
    onError: (_message, error) => errors.push(error),
  });
  client = new TestClient(target.port);
}

async function stop(): Promise<void> {
  client.close();
  await target.close();
}

beforeEach(async () => {
  clock = new ManualClock();
  store = new MemoryStore();
  behaviour = {};
  errors = [];
  await start({ [MTU]: 1500 });
});

afterEach(stop);

const send = (id: string, action: Action, mtu?: number): Promise<number> =>
  client.setCode(
    setRequest({
      commit: { id, action },
      ...(mtu === undefined
        ? {}
        : {
            update: [
              [MTU, mtu],
              [NEW, 'changed'],
            ],
          }),
    }),
  );
const plain = (): Promise<number> => client.setCode(setRequest({ update: [[MTU, 1400]] }));
const mtu = (): unknown => target.config().get(MTU);
const rolledBack = (): Promise<void> =>
  until('the commit is rolled back', () => target.pendingCommit() === null);

describe('commit-confirmed', () => {
  it('keeps what is confirmed', async () => {
    expect(await send('a', request(30), 9000)).toBe(0);
    expect(target.pendingCommit()).toBe('a');
    expect(await send('a', CONFIRM)).toBe(0);
    clock.advance(3_600_000);
    expect(target.pendingCommit()).toBeNull();
    expect(mtu()).toBe(9000);
    expect(await plain()).toBe(0);
  });

  it('brings back the exact configuration when the time is over', async () => {
    await send('a', request(30), 9000);
    clock.advance(29_999);
    expect(mtu()).toBe(9000);
    clock.advance(1);
    await rolledBack();
    expect([...target.config()]).toEqual([[MTU, 1500]]);
    expect(backend.applied.at(-1)).toEqual([
      { path: MTU, before: 9000, after: 1500 },
      { path: NEW, before: 'changed', after: null },
    ]);
    expect(await send('a', CONFIRM)).toBe(FAILED_PRECONDITION);
  });

  it('waits ten minutes unless told otherwise', async () => {
    await send('a', request(), 9000);
    clock.advance(599_999);
    expect(target.pendingCommit()).toBe('a');
    clock.advance(1);
    await rolledBack();
  });

  it('rolls back at once when cancelled', async () => {
    await send('a', request(30), 9000);
    expect(await send('a', CANCEL)).toBe(0);
    expect(mtu()).toBe(1500);
    expect(target.pendingCommit()).toBeNull();
  });

  it('overwrites the time that is left', async () => {
    await send('a', request(30), 9000);
    clock.advance(20_000);
    expect(await send('a', extend(60))).toBe(0);
    clock.advance(59_999);
    expect(target.pendingCommit()).toBe('a');
    clock.advance(1);
    await rolledBack();
  });

  it.each<[string, Action, number]>([
    ['confirm', CONFIRM, FAILED_PRECONDITION],
    ['cancel', CANCEL, FAILED_PRECONDITION],
    ['extend', extend(5), FAILED_PRECONDITION],
    ['extend by nothing', extend(0), INVALID_ARGUMENT],
    ['extend without a time', extend(), INVALID_ARGUMENT],
    ['no action', undefined, INVALID_ARGUMENT],
    ['a request of no time', request(0), INVALID_ARGUMENT],
    ['a request of negative time', request(-1), INVALID_ARGUMENT],
  ])('refuses %s while none is pending', async (_name, action, code) => {
    expect(await send('a', action)).toBe(code);
    expect(target.pendingCommit()).toBeNull();
  });

  it.each<[string, string, Action, number]>([
    ['confirm of another', 'b', CONFIRM, INVALID_ARGUMENT],
    ['cancel of another', 'b', CANCEL, INVALID_ARGUMENT],
    ['extend of another', 'b', extend(5), INVALID_ARGUMENT],
    ['extend by nothing', 'a', extend(0), INVALID_ARGUMENT],
    ['a second commit', 'b', request(5), FAILED_PRECONDITION],
    ['the same commit again', 'a', request(5), FAILED_PRECONDITION],
    ['a commit without id', '', request(5), INVALID_ARGUMENT],
  ])('refuses %s while one is pending', async (_name, id, action, code) => {
    await send('a', request(30), 9000);
    expect(await send(id, action)).toBe(code);
    expect(target.pendingCommit()).toBe('a');
    expect(mtu()).toBe(9000);
  });

  it('refuses every other Set while one is pending', async () => {
    await send('a', request(30), 9000);
    expect(await plain()).toBe(FAILED_PRECONDITION);
    expect(await client.setCode(setRequest({}))).toBe(FAILED_PRECONDITION);
    expect(mtu()).toBe(9000);
  });

  it('refuses a confirmation that changes something', async () => {
    await send('a', request(30), 9000);
    expect(await send('a', CONFIRM, 1400)).toBe(INVALID_ARGUMENT);
    expect(target.pendingCommit()).toBe('a');
  });

  it('is found by behaviour: a request that changes nothing, then a wrong id', async () => {
    expect(await client.setCode(setRequest({ commit: { id: 'probe', action: request(5) } }))).toBe(
      0,
    );
    expect(await send('other', CONFIRM)).toBe(INVALID_ARGUMENT);
    expect(await send('probe', CANCEL)).toBe(0);
    expect(backend.applied).toEqual([]);
  });

  it('is not there when extensions are ignored', async () => {
    behaviour = { ignoreExtensions: () => true };
    expect(await send('a', request(5), 9000)).toBe(0);
    expect(await send('other', CONFIRM)).toBe(0);
    clock.advance(3_600_000);
    expect(target.pendingCommit()).toBeNull();
    expect(mtu()).toBe(9000);
  });

  it('stays armed when the answer is a failure after applying', async () => {
    behaviour = { afterApply: () => Promise.reject(new Error('session lost')) };
    expect(await send('a', request(30), 9000)).toBe(13);
    clock.advance(30_000);
    await rolledBack();
    expect(mtu()).toBe(1500);
  });

  it('arms nothing when the device refuses the change', async () => {
    backend.refuseWith = new Error('table full');
    expect(await send('a', request(30), 9000)).toBe(10);
    expect(target.pendingCommit()).toBeNull();
    expect(store.saved).toBeNull();
  });

  it('tries a failed rollback again and lets nobody write meanwhile', async () => {
    await send('a', request(30), 9000);
    backend.refuseWith = new Error('table busy');
    clock.advance(30_000);
    await until('the failure is reported', () => errors.length === 1);
    backend.refuseWith = null;
    expect(await plain()).toBe(FAILED_PRECONDITION);
    clock.advance(1_000);
    await rolledBack();
    expect(mtu()).toBe(1500);
  });
});

describe('a restart of the target', () => {
  it.each([
    ['before', 20_000],
    ['after', 60_000],
  ])('rolls back when the deadline comes %s it is up again', async (_name, awayMs) => {
    await send('a', request(30), 9000);
    const running = Object.fromEntries(target.config());
    await stop();
    clock.advance(awayMs);
    await start(running);
    expect(mtu()).toBe(9000);
    clock.advance(Math.max(0, 30_000 - awayMs));
    await rolledBack();
    expect([...target.config()]).toEqual([[MTU, 1500]]);
    expect(store.saved).toBeNull();
  });

  it('forgets nothing of a commit that was confirmed', async () => {
    await send('a', request(30), 9000);
    await send('a', CONFIRM);
    const running = Object.fromEntries(target.config());
    await stop();
    await start(running);
    clock.advance(60_000);
    expect(target.pendingCommit()).toBeNull();
    expect(mtu()).toBe(9000);
  });
});
