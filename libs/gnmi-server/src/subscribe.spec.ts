import { gnmi } from '@weir/proto-gen';
import { elemsOf, formatPath, toProtoPath } from '@weir/gnmi';
import { MemoryBackend, startTarget, type Target, type TargetBehaviour } from './index';
import { setRequest, TestClient } from './testing/client';
import { Subscriber, subscribeRequest, type Wanted } from './testing/subscriber';
import { ManualClock } from './testing/manual-clock';
import { until } from './testing/until';

const { SubscriptionList_Mode: Mode, SubscriptionMode } = gnmi;
const { ON_CHANGE, SAMPLE, TARGET_DEFINED } = SubscriptionMode;
const PORT = '/interfaces/interface[name=e1]';
const OCTETS = `${PORT}/state/counters/in-octets`;
const STATUS = `${PORT}/state/oper-status`;
const MTU = `${PORT}/config/mtu`;
const MTU_STATE = `${PORT}/state/mtu`;

let clock: ManualClock;
let backend: MemoryBackend;
let target: Target;
let client: TestClient;
let behaviour: TargetBehaviour;
let errors: unknown[];

beforeEach(async () => {
  clock = new ManualClock();
  behaviour = {};
  errors = [];
  backend = new MemoryBackend({ [`${PORT}/config/name`]: 'e1', [MTU]: 1500 });
  backend.setState(PORT, { 'state/oper-status': 'UP', 'state/counters/in-octets': 10n });
  backend.setState('/interfaces/interface[name=e2]', { 'state/counters/in-octets': 20 });
  target = await startTarget({
    address: '127.0.0.1:0',
    backend,
    clock,
    name: 'leaf1',
    behaviour: {
      maySample: () => behaviour.maySample?.() ?? true,
      beforeRpc: (rpc) => behaviour.beforeRpc?.(rpc),
    },
    onError: (_message, error) => errors.push(error),
  });
  client = new TestClient(target.port);
});

afterEach(async () => {
  client.close();
  await target.close();
  expect(errors).toEqual([]);
});

const stream = (...wanted: Wanted[]): Subscriber =>
  new Subscriber(client, subscribeRequest(Mode.STREAM, wanted));

/** Lets the target's ticker come round, and the samples arrive. */
async function tick(ms: number, what: string, holds: () => boolean): Promise<void> {
  clock.advance(ms);
  await until(what, holds);
}

describe('ONCE and POLL', () => {
  it('ONCE sends every leaf, then sync, then ends', async () => {
    const once = new Subscriber(client, subscribeRequest(Mode.ONCE, [{ path: PORT }]));
    await until('the stream ends', () => once.ended);
    expect(once.syncs).toBe(1);
    expect(once.code).toBeNull();
    expect(once.values()).toEqual({
      [`${PORT}/config/name`]: 'e1',
      [MTU]: 1500n,
      [`${PORT}/state/name`]: 'e1',
      [MTU_STATE]: 1500n,
      [STATUS]: 'UP',
      [OCTETS]: 10n,
    });
  });

  it('puts the list entry into the prefix, with origin and target', async () => {
    const request = subscribeRequest(Mode.ONCE, [{ path: '/interface/state/counters' }], {
      prefix: toProtoPath('/interfaces', 'openconfig', 'leaf1'),
      encoding: gnmi.Encoding.JSON_IETF,
    });
    const once = new Subscriber(client, request);
    await until('the stream ends', () => once.ended);
    const [first] = once.notifications;
    expect(formatPath(elemsOf(first?.prefix))).toBe(PORT);
    expect(first?.prefix).toMatchObject({ origin: 'openconfig', target: 'leaf1' });
    expect(formatPath(elemsOf(first?.update[0]?.path))).toBe('/state/counters/in-octets');
    expect(first?.update[0]?.val?.value).toEqual({
      $case: 'jsonIetfVal',
      value: Buffer.from('"10"'),
    });
    expect(once.notifications).toHaveLength(2);
  });

  it('POLL sends a round for each poll', async () => {
    const poll = new Subscriber(client, subscribeRequest(Mode.POLL, [{ path: OCTETS }]));
    await poll.synced(1);
    backend.setState(PORT, { 'state/counters/in-octets': 11n });
    poll.poll();
    await poll.synced(2);
    expect(poll.count(OCTETS)).toBe(2);
    expect(poll.values()).toEqual({ [OCTETS]: 11n });
    poll.stream.end();
    await until('the stream ends', () => poll.ended);
  });

  it('updates_only leaves the first values out', async () => {
    const list = subscribeRequest(Mode.ONCE, [{ path: '/' }], { updatesOnly: true });
    const once = new Subscriber(client, list);
    await until('the stream ends', () => once.ended);
    expect([once.syncs, once.notifications.length]).toEqual([1, 0]);
  });
});

describe('STREAM', () => {
  it('SAMPLE sends at its interval, changed or not', async () => {
    const sampled = stream({ path: OCTETS, intervalMs: 500 }, { path: STATUS, intervalMs: 1000 });
    await sampled.synced();
    expect(sampled.values()).toEqual({ [OCTETS]: 10n, [STATUS]: 'UP' });
    await tick(500, 'a sample', () => sampled.count(OCTETS) === 2);
    expect(sampled.count(STATUS)).toBe(1);
    backend.setState(PORT, { 'state/counters/in-octets': 2n ** 63n });
    await tick(
      500,
      'both samples',
      () => sampled.count(OCTETS) === 3 && sampled.count(STATUS) === 2,
    );
    expect(sampled.values()).toEqual({ [OCTETS]: 2n ** 63n, [STATUS]: 'UP' });
  });

  it('suppress_redundant leaves equal samples out until the heartbeat', async () => {
    const sampled = stream(
      { path: OCTETS, intervalMs: 500, suppress: true, heartbeatMs: 2000 },
      { path: STATUS, intervalMs: 500 },
    );
    await sampled.synced();
    for (let round = 2; round <= 4; round += 1)
      await tick(500, `sample ${round}`, () => sampled.count(STATUS) === round);
    expect(sampled.count(OCTETS)).toBe(1);
    await tick(500, 'the heartbeat', () => sampled.count(OCTETS) === 2);
    backend.setState(PORT, { 'state/counters/in-octets': 11n });
    await tick(500, 'the change', () => sampled.count(OCTETS) === 3);
  });

  it('takes up and drops leaves that come and go', async () => {
    const sampled = stream({ path: '/interfaces/interface/state/counters', intervalMs: 500 });
    await sampled.synced();
    const late = '/interfaces/interface[name=e3]';
    backend.setState(late, { 'state/counters/in-octets': 30 });
    backend.setState(PORT, { 'state/counters/in-octets': null });
    await tick(500, 'the new port', () => `${late}/state/counters/in-octets` in sampled.values());
    expect(sampled.count(OCTETS)).toBe(1);
  });

  it('ON_CHANGE follows state, configuration and its mirror, with deletes', async () => {
    const changed = stream({ path: PORT, mode: ON_CHANGE });
    await changed.synced();
    const before = changed.notifications.length;
    backend.setState(PORT, { 'state/oper-status': 'DOWN' });
    await client.set(setRequest({ delete: [MTU] }));
    await until('the changes', () => changed.values()[MTU_STATE] === null);
    expect(changed.values()).toMatchObject({ [STATUS]: 'DOWN', [MTU]: null, [MTU_STATE]: null });
    backend.setState('/interfaces/interface[name=e2]', { 'state/oper-status': 'DOWN' });
    await client.set(setRequest({ update: [[MTU, 9000]] }));
    await until('the value', () => changed.values()[MTU_STATE] === 9000n);
    expect(changed.notifications.length - before).toBe(3);
  });

  it('ON_CHANGE repeats unchanged values at the heartbeat', async () => {
    const changed = stream({ path: STATUS, mode: ON_CHANGE, heartbeatMs: 1000 });
    await changed.synced();
    await tick(1000, 'the heartbeat', () => changed.count(STATUS) === 2);
  });

  it('TARGET_DEFINED samples counters and sends the rest on change', async () => {
    const mixed = stream({ path: PORT, mode: TARGET_DEFINED });
    await mixed.synced();
    await tick(1000, 'a sample', () => mixed.count(OCTETS) === 2);
    expect(mixed.count(STATUS)).toBe(1);
    backend.setState(PORT, { 'state/oper-status': 'DOWN', 'state/counters/in-octets': 11n });
    await until('the change', () => mixed.values()[STATUS] === 'DOWN');
    expect(mixed.count(OCTETS)).toBe(2);
  });

  it('stays open on a path that is not there, and goes on after a half-close', async () => {
    const empty = stream(
      { path: '/vlans/vlan', intervalMs: 500 },
      { path: OCTETS, intervalMs: 500 },
    );
    await empty.synced();
    empty.stream.end();
    await tick(500, 'a sample', () => empty.count(OCTETS) === 2);
    expect(empty.code).toBeNull();
  });

  it('withholds samples and changes while told to, and sends the newest after', async () => {
    const held = stream({ path: OCTETS, intervalMs: 500 }, { path: STATUS, mode: ON_CHANGE });
    await held.synced();
    behaviour = { maySample: () => false };
    backend.setState(PORT, { 'state/oper-status': 'DOWN' });
    backend.setState(PORT, { 'state/oper-status': 'TESTING' });
    clock.advance(500);
    behaviour = {};
    await tick(500, 'what was withheld', () => held.values()[STATUS] === 'TESTING');
    const last = held.notifications.find((one) => one.update[0]?.duplicates === 1);
    expect(last).toBeDefined();
  });

  it('ends the session when connections are cut', async () => {
    const cut = stream({ path: OCTETS, intervalMs: 500 });
    await cut.synced();
    target.dropSessions();
    await until('the stream breaks', () => cut.code !== null);
    expect(cut.code).toBe(14);
    await until('its timers stop', () => clock.waiting === 0);
    const again = stream({ path: OCTETS, intervalMs: 500 });
    await again.synced();
  });
});

describe('a client that goes away', () => {
  it('leaves no timers behind, even when it goes while it waits to be admitted', async () => {
    let admit = (): void => undefined;
    behaviour = { beforeRpc: () => new Promise((resolve) => (admit = resolve)) };
    const gone = stream({ path: OCTETS, intervalMs: 500 });
    const admitted = admit;
    await until('the call waits', () => admit !== admitted);
    gone.cancel();
    await until('the cancellation', () => gone.code === 1);
    behaviour = {};
    // A later call on the same connection: the target has seen the cancellation by then.
    const next = stream({ path: OCTETS, intervalMs: 500 });
    await next.synced();
    admit();
    next.cancel();
    await until('no timer is left', () => clock.waiting === 0);
    clock.advance(1000);
    expect([gone.notifications.length, clock.waiting]).toEqual([0, 0]);
  });
});

describe('a client that does not read', () => {
  it('is sent no more than the transport takes, and goes on where it is', async () => {
    const text = 'x'.repeat(20_000);
    const entries = Array.from(
      { length: 200 },
      (_none, index) => `/interfaces/interface[name=p${index}]`,
    );
    for (const entry of entries) backend.setState(entry, { 'state/description': text });
    const path = '/interfaces/interface/state/description';
    const last = `${entries.at(-1)}/state/description`;
    const slow = stream({ path, intervalMs: 500 });
    await slow.synced();
    slow.stream.pause();
    for (let round = 0; round < 50; round += 1) {
      clock.advance(500);
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const entry of entries) backend.setState(entry, { 'state/description': 'new' });
    slow.stream.resume();
    await until('the sample that was under way', () => slow.count(last) === 2);
    await tick(500, 'the newest values', () => slow.values()[last] === 'new');
    // 50 samples of 4 MB were due; what was sent is the first values, one sample, the newest.
    expect(slow.notifications.length).toBeLessThanOrEqual(4 * entries.length);
  });
});

describe('refusals', () => {
  it.each<[string, gnmi.SubscribeRequest, number]>([
    ['poll first', gnmi.SubscribeRequest.create({ request: { $case: 'poll', value: {} } }), 3],
    ['no request', gnmi.SubscribeRequest.create({}), 3],
    ['an empty list', subscribeRequest(Mode.STREAM, []), 3],
    ['too short an interval', subscribeRequest(Mode.STREAM, [{ path: '/', intervalMs: 1 }]), 3],
    ['an interval of years', subscribeRequest(Mode.STREAM, [{ path: '/', intervalMs: 1e11 }]), 3],
    ['an unknown mode', subscribeRequest(9 as gnmi.SubscriptionList_Mode, [{ path: '/' }]), 3],
    [
      'an unknown item mode',
      subscribeRequest(Mode.STREAM, [{ path: '/', mode: 9 as gnmi.SubscriptionMode }]),
      3,
    ],
    [
      'an unknown encoding',
      subscribeRequest(Mode.ONCE, [{ path: '/' }], { encoding: gnmi.Encoding.BYTES }),
      12,
    ],
    [
      'another origin',
      subscribeRequest(Mode.ONCE, [{ path: '/' }], { prefix: toProtoPath('/', 'sonic-db') }),
      12,
    ],
    [
      'another target',
      subscribeRequest(Mode.ONCE, [{ path: '/' }], { prefix: toProtoPath('/', '', 'x') }),
      3,
    ],
    [
      '1025 subscriptions',
      subscribeRequest(
        Mode.ONCE,
        Array.from({ length: 1025 }, () => ({ path: '/' })),
      ),
      3,
    ],
  ])('%s', async (_name, request, code) => {
    const refused = new Subscriber(client, request);
    await until('the refusal', () => refused.code !== null);
    expect(refused.code).toBe(code);
  });

  it.each(['subscribe', 'poll'])('a second %s on a stream', async (what) => {
    const refused = stream({ path: OCTETS, mode: SAMPLE, intervalMs: 500 });
    await refused.synced();
    if (what === 'poll') refused.poll();
    else refused.stream.write(subscribeRequest(Mode.STREAM, [{ path: '/' }]));
    await until('the refusal', () => refused.code !== null);
    expect(refused.code).toBe(3);
  });
});
